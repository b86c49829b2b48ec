"""CEL behind a thin interface.

The engine reports run-time errors as a value of type ERROR, and takes Python values that are no JSON in surprising ways; here both
become exceptions.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from guidance.engine import engine, ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings
from guidance.jsontype import JsonValue
from guidance.jsonvalue import NotJson, checked
from guidance.pointer import dotted

FIRST_PROBLEM = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
STATUS = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")
UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")
UNSUPPORTED = frozenset(
    [
        "quantity", "isQuantity", "url", "isURL", "ip", "isIP", "cidr", "isCIDR", "semver", "isSemver", "sets", "format",
        "find", "findAll", "isSorted", "sum", "min", "max", "transformList", "transformMap", "transformMapEntry",
    ]
)  # fmt: skip
"""The first names of what Kubernetes adds to CEL, and this engine lacks."""
DYN = "DYN"
BOOL = "BOOL"
STRING = "STRING"
NULL = "NULL"


class ExpressionError(ValueError):
    """An expression that does not compile. Line and column count from 1 within the expression."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{line}:{column}: {message}")
        self.message = message
        self.line = line
        self.column = column


class EvaluationError(Exception):
    """An expression that compiled, and failed on these bindings."""


@dataclass(frozen=True)
class Bindings:
    """Values for variables, converted for the engine at most once, however many programs read them.

    The values must be JSON (`jsonvalue.checked`) and must not be changed afterwards.
    """

    values: Mapping[str, JsonValue]

    @cached_property
    def activation(self) -> engine.Activation:
        return _environment(()).Activation(self.values)

    def plus(self, more: Mapping[str, JsonValue]) -> "Bindings":
        """The same and more; nothing that was converted is kept."""
        return Bindings({**self.values, **more}) if more else self


class Program:
    """A compiled expression. `returns` is the static type: BOOL, STRING, …, or DYN where only the value can tell."""

    def __init__(self, expression: str, compiled: engine.Expression) -> None:
        self.expression = expression
        self._compiled = compiled
        self.returns: str = compiled.return_type().name()

    def evaluate(self, bindings: Bindings | Mapping[str, object]) -> object:
        """The value as Python has it: JSON's types, bytes, datetime, timedelta. A plain mapping is checked first.

        Raises EvaluationError.
        """
        if not isinstance(bindings, Bindings):
            bindings = Bindings(_checked(bindings))
        try:
            value = self._compiled.eval(bindings.activation)
            plain: object = value.plain_value()
        except RuntimeError as error:  # the iteration budget
            raise EvaluationError(STATUS.sub("", str(error))) from error
        except TypeError as error:
            raise EvaluationError("the expression gave a value without a form in JSON, such as an optional") from error
        if isinstance(plain, str) and value.type() == engine.Type.ERROR:
            raise EvaluationError(STATUS.sub("", plain))
        return plain

    def holds(self, bindings: Bindings | Mapping[str, object]) -> bool:
        """The verdict of a condition. Raises EvaluationError, also when the value is no bool."""
        verdict = self.evaluate(bindings)
        if not isinstance(verdict, bool):
            raise EvaluationError(f"the expression gave {type(verdict).__name__} instead of true or false")
        return verdict


def compile(expression: str, variables: Iterable[str] = (), typed: Mapping[str, str] | None = None) -> Program:  # noqa: A001 as re.compile
    """Compile once, evaluate often. `variables` are dynamic; `typed` ones have the static type of another Program (`returns`).

    Raises ExpressionError with the first problem.
    """
    declared = dict.fromkeys(variables, DYN) | dict(typed or {})
    try:
        checked(expression)
    except NotJson as error:
        raise ExpressionError(f"the expression {error.problem}") from error
    try:
        return Program(expression, _environment(tuple(sorted(declared.items()))).compile(expression))
    except RuntimeError as error:
        raise _located(str(error)) from error


@cache
def _environment(declared: tuple[tuple[str, str], ...]) -> engine.Env:
    extensions = [
        ext_strings.ExtStrings(),
        ext_bindings.ExtBindings(),
        ext_optional.ExtOptional(),
        ext_math.ExtMath(),
        ext_encoders.ExtEncoders(),
    ]
    return engine.NewEnv(variables={name: TYPES.get(type_name, engine.Type.DYN) for name, type_name in declared}, extensions=extensions)


TYPES = {name: getattr(engine.Type, name) for name in (BOOL, "BYTES", "DOUBLE", "DURATION", "INT", STRING, "TIMESTAMP", "UINT")}
"""Scalars keep their static type from one expression to the next; lists, maps and the rest are dynamic."""


def _explained(message: str) -> str:
    """With the reason, where Kubernetes knows what is not known here: better no verdict than a wrong one."""
    found = UNDECLARED.search(message)
    name = found.group(1).split(".")[0] if found else ""
    if name == "authorizer":
        return f"{message}: who may do what can only be asked in a cluster"
    return f"{message}: Kubernetes' function {found.group(1)} is not supported" if found and name in UNSUPPORTED else message


def _checked(bindings: Mapping[str, object]) -> dict[str, JsonValue]:
    copy = {}
    for name, value in bindings.items():
        try:
            copy[name] = checked(value)
        except NotJson as error:
            raise EvaluationError(f"only JSON can be judged: {dotted((name, *error.tokens))} {error.problem}") from error
    return copy


def _located(text: str) -> ExpressionError:
    if found := FIRST_PROBLEM.search(text):
        line, column, message = found.groups()
        return ExpressionError(_explained(STATUS.sub("", message)), max(int(line), 1), max(int(column), 1))
    return ExpressionError(STATUS.sub("", text.splitlines()[0]))
