"""CEL behind a thin interface.

Most expressions are evaluated by the engine. It reports run-time errors as a value of type ERROR, and takes Python values that are no
JSON in surprising ways; here both become exceptions. What calls functions that only Kubernetes has is checked by the engine and evaluated
by `guidance.interpreter`, with the same values; it also gets what the engine failed at, since Kubernetes forgives a little more.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from guidance.engine import FAILURES, checker, engine, plain_configuration, runtime
from guidance.functions.errors import EvaluationError as EvaluationError
from guidance.jsontype import JsonValue
from guidance.jsonvalue import NotJson, checked
from guidance.memo import memo
from guidance.pointer import dotted

FIRST_PROBLEM = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
STATUS = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")
UNDECLARED = re.compile(r"undeclared reference to '([^'.]+)")
ELSEWHERE = {
    "authorizer": "who may do what can only be asked in a cluster",
    "jsonpatch": "Kubernetes has it in a MutatingAdmissionPolicy alone",
    "http": "Kyverno asks other servers by http.Get and http.Post, which cannot be done here",
    "resource": "Kyverno asks the cluster by resource.Get and resource.List, which cannot be done here",
    "globalContext": "Kyverno looks up what it keeps by globalContext.Get, which cannot be done here",
    **dict.fromkeys(("image", "images", "imageData"), "Kyverno reads images and asks their registries by it, which cannot be done here"),
    "exceptions": "Kyverno reads the values of its PolicyExceptions by it, which cannot be done here",
    **dict.fromkeys(("parseServiceAccount", "hash", "json", "yaml", "gzip", "random", "time", "x509"), "only Kyverno has it"),
}
"""What cannot be known here: better no verdict than a wrong one."""
OWN_FUNCTION = re.compile(
    r"\b(?:quantity|isQuantity|sign|isGreaterThan|isLessThan|compareTo|asApproximateFloat|asInteger|isInteger|add|sub"
    r"|ip|isIP|isCanonical|family|isUnspecified|isLoopback|isLinkLocalMulticast|isLinkLocalUnicast|isGlobalUnicast"
    r"|cidr|isCIDR|containsIP|containsCIDR|masked|prefixLength|url|isURL|getScheme|getHost|getHostname|getPort|getEscapedPath|getQuery"
    r"|semver|isSemver|major|minor|patch|format|named|validate|dns\w+|qualifiedName|labelValue|uri|uuid|byte|date|datetime"
    r"|isSorted|sum|min|max|includes|slice|flatten|sort|sortBy|reverse|distinct|find|findAll|unwrap|unwrapOpt"
    r"|transformMap|transformMapEntry|int|uint|double|bool|timestamp|duration|getMilliseconds)\s*\(|\b(?:sets|lists)\s*\."
)
"""Functions that the engine lacks, or does otherwise than Kubernetes."""
SHARED_FUNCTION = re.compile(r"\b(?:indexOf|lastIndexOf|string)\s*\(")
"""Functions that the engine has for some types only."""
MAY_GROW = re.compile(r"\.\s*(?:replace|join)\s*\(|\b(?:bind|map|filter|optMap|optFlatMap|transform\w+)\s*\([^+]*(?:\+[^+]*){5}", re.DOTALL)
"""What makes texts of texts, and what can add a value to itself again and again."""
MULTIPLIES = re.compile(r"\b(?:map|transform\w+)\s*\(")
"""What may put a value into a list as often as there are elements; the engine copies each when the list leaves it."""
EXISTS_ONE = re.compile(r"\bexists_one(?=\s*\(\s*\w+\s*,\s*\w+\s*,)")
JSON_TYPE = re.compile(r"(?:BOOL|INT|DOUBLE|STRING|NULL|DYN|LIST<|MAP<(?=STRING|DYN)|[>, ])+")
SIMPLE_TYPE = re.compile(r"STRING|(?:LIST<)*(?:BOOL|INT|UINT|DOUBLE|NULL)>*")
LARGEST = 10_000_000
"""Elements and characters of a value."""
SCALARS = frozenset(["BOOL", "INT", "UINT", "DOUBLE", "STRING", "NULL", "BYTES", "TIMESTAMP", "DURATION"])
NO_JSON = "the expression gave a value without a form in JSON, such as an optional"
DYN = "DYN"
BOOL = "BOOL"
STRING = "STRING"
NULL = "NULL"
Evaluate = Callable[[Mapping[str, object]], object]


class ExpressionError(ValueError):
    """An expression that does not compile. Line and column count from 1 within the expression."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{line}:{column}: {message}")
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Bindings:
    """Values for variables, converted for the engine at most once, however many programs read them.

    The values must be JSON (`jsonvalue.checked`), or what a program gave for a variable, and must not be changed afterwards.
    """

    values: Mapping[str, object]

    @cached_property
    def activation(self) -> engine.Activation:
        return runtime().Activation(self.values)

    def plus(self, more: Mapping[str, object]) -> "Bindings":
        """The same and more; nothing that was converted is kept."""
        return Bindings({**self.values, **more}) if more else self


class Program:
    """A compiled expression. `returns` is the static type: BOOL, STRING, …, or DYN where only the value can tell.

    `interpreted` evaluates it in the engine's place.
    """

    def __init__(self, expression: str, compiled: engine.Expression, interpreted: Evaluate | None = None) -> None:
        self.expression = expression
        self.returns: str = compiled.return_type().name()
        self._checked = compiled
        self._interpreted = interpreted

    @property
    def is_native(self) -> bool:
        """Whether the engine evaluates it."""
        return self._interpreted is None

    @cached_property
    def native(self) -> engine.Expression:
        """For the engine."""
        return runtime().deserialize(self.serialized)

    @property
    def serialized(self) -> bytes:
        """As it was checked."""
        content: bytes = self._checked.serialize()
        return content

    def evaluate(self, bindings: Bindings | Mapping[str, object]) -> object:
        """The value as Python has it: JSON's types, or those of `guidance.functions.values`. A plain mapping is checked first.

        Raises EvaluationError.
        """
        if not isinstance(bindings, Bindings):
            bindings = Bindings(_checked(bindings))
        if self._interpreted is not None:
            return self._interpreted(bindings.values)
        return self._natively(bindings)

    def holds(self, bindings: Bindings | Mapping[str, object]) -> bool:
        """The verdict of a condition. Raises EvaluationError, also when the value is no bool."""
        verdict = self.evaluate(bindings)
        if not isinstance(verdict, bool):
            raise EvaluationError(f"the expression gave {type(verdict).__name__} instead of true or false")
        return verdict

    def for_variable(self, bindings: Bindings) -> object:
        """A value that other programs may read. Raises EvaluationError and NotJson."""
        value = self.evaluate(bindings)
        if not (self.is_native or JSON_TYPE.fullmatch(self.returns)):
            return value
        _Room().take_all(value)
        return checked(value)

    def _natively(self, bindings: Bindings) -> object:
        try:
            value = self.native.eval(bindings.activation)
            kind = value.type()
            plain: object = value.plain_value() if self._is_simple or kind == engine.Type.ERROR else _plain(value, _Room())
        except FAILURES as error:  # the iteration budget
            raise TooMuch(STATUS.sub("", str(error))) from error
        except TypeError as error:
            raise EvaluationError(NO_JSON) from error
        if isinstance(plain, str) and kind == engine.Type.ERROR:
            raise EvaluationError(STATUS.sub("", plain))
        return plain

    @cached_property
    def _is_simple(self) -> bool:
        """Whether its values are surely scalars, or lists of numbers and the like."""
        return SIMPLE_TYPE.fullmatch(self.returns) is not None


class TooMuch(EvaluationError):
    """It takes too long, or gave too large a value."""


class _Room:
    """What a value may take, its parts counted as often as they appear: elements and characters."""

    def __init__(self) -> None:
        self.left = LARGEST

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TooMuch(f"the expression gave a value of more than {LARGEST} elements and characters")

    def take_all(self, value: object) -> None:
        self.take(len(value) if isinstance(value, str | list | dict) else 1)
        if isinstance(value, list | dict):
            for item in value.values() if isinstance(value, dict) else value:
                self.take_all(item)


def _plain(value: engine.Value, room: _Room) -> object:
    """The engine's own conversion ends the process when an optional lies in a map. Raises EvaluationError."""
    name = value.type().name()
    room.take(1)
    if name in SCALARS:
        plain: object = value.plain_value()
        room.take(len(plain) if isinstance(plain, str) else 0)
        return plain
    if name.startswith("LIST"):
        return [_plain(item, room) for item in value.value()]
    if name.startswith("MAP"):
        return {key: _plain(item, room) for key, item in value.value().items()}
    raise EvaluationError(NO_JSON)


class _Forgiving(Program):
    """What fails in the engine may not fail in Kubernetes: `.?` finds nothing in a text there."""

    def _natively(self, bindings: Bindings) -> object:
        try:
            return super()._natively(bindings)
        except EvaluationError as error:
            if isinstance(error, TooMuch) or self._again is None:
                raise
            try:
                return self._again(bindings.values)
            except EvaluationError:
                raise error from None

    @cached_property
    def _again(self) -> Evaluate | None:
        return _interpreted(self._checked, is_forced=True)


def compile(expression: str, variables: Iterable[str] = (), typed: Mapping[str, str] | None = None) -> Program:  # noqa: A001 as re.compile
    """Compile once, evaluate often. `variables` are dynamic; `typed` ones have the static type of another Program (`returns`).

    Raises ExpressionError with the first problem.
    """
    return _compiled(_Forgiving, expression, variables, typed or {})


def shortcut(expression: str, variables: Iterable[str]) -> Program | None:
    """A program that somebody else stands in for when it fails; None where it does not compile."""
    names = tuple(variables)
    known = memo.of("shortcut", " ".join((*names, expression)), lambda _: _shortcut(expression, names))
    if known is None:
        return None
    serialized, returns = known
    return _Shortcut(expression, serialized, returns) if serialized else _compiled(Program, expression, names, {})


def _shortcut(expression: str, names: tuple[str, ...]) -> tuple[bytes, str] | None:
    """What the engine has checked (nothing where it cannot evaluate it), and its static type; None where it does not compile."""
    try:
        program = _compiled(Program, expression, names, {})
    except ExpressionError:
        return None
    return program.serialized if program.is_native else b"", program.returns


class _Shortcut(Program):
    """Checked before."""

    def __init__(self, expression: str, serialized: bytes, returns: str) -> None:
        self.expression = expression
        self.returns = returns
        self._interpreted = None
        self._serialized = serialized

    @property
    def serialized(self) -> bytes:
        return self._serialized


def _compiled(kind: type[Program], expression: str, variables: Iterable[str], typed: Mapping[str, str]) -> Program:
    try:
        checked(expression)
    except NotJson as error:
        raise ExpressionError(f"the expression {error.problem}") from error
    declared = tuple(sorted((dict.fromkeys(variables, DYN) | dict(typed)).items()))
    exotic = frozenset(name for name, returns in typed.items() if not JSON_TYPE.fullmatch(returns) and name in expression)
    try:
        return _checked_program(kind, expression, declared, exotic)
    except ExpressionError:
        raise
    except FAILURES as error:
        renamed = EXISTS_ONE.sub("existsOne ", expression)  # as the engine calls it; as long as before, so that columns stay
        if renamed != expression:
            return _compiled(kind, renamed, variables, typed)
        raise _located(str(error)) from error


def _checked_program(kind: type[Program], expression: str, declared: tuple[tuple[str, str], ...], exotic: frozenset[str]) -> Program:
    """Raises ExpressionError and FAILURES."""
    if not exotic and not OWN_FUNCTION.search(expression):
        try:
            compiled = checker(declared, plain_configuration()).compile(expression)
        except FAILURES:
            if not SHARED_FUNCTION.search(expression):
                raise
        else:
            return kind(expression, compiled, _stand_in(expression, compiled))
    from guidance.functions.library import configuration  # takes long to load

    compiled = checker(declared, configuration()).compile(expression)
    return kind(expression, compiled, _interpreted(compiled, exotic, is_forced=False) or _stand_in(expression, compiled))


def _stand_in(expression: str, compiled: engine.Expression) -> Evaluate | None:
    """What evaluates it although the engine could, because its value has no form in JSON, or might use up all memory."""
    returns = compiled.return_type().name()
    multiplies = MULTIPLIES.search(expression) is not None and not SIMPLE_TYPE.fullmatch(returns)
    grows = multiplies or (MAY_GROW.search(expression) is not None and _grows(compiled))
    if not grows and JSON_TYPE.fullmatch(returns):
        return None
    evaluate = _interpreted(compiled, is_forced=True)
    if grows and evaluate is None:
        raise ExpressionError("a value in it may grow until all memory is used up")
    return evaluate


def _grows(compiled: engine.Expression) -> bool:
    from guidance.growth import MOST, growth  # takes long to load
    from guidance.syntax import read

    return growth(read(compiled.serialize())) > MOST


def _interpreted(compiled: engine.Expression, exotic: frozenset[str] = frozenset(), *, is_forced: bool) -> Evaluate | None:
    """Raises ExpressionError."""
    from guidance.interpreter import Unsupported, interpretation  # takes long to load

    try:
        return interpretation(compiled.serialize(), exotic, is_forced=is_forced)
    except Unsupported as error:
        raise ExpressionError(str(error)) from error


def _explained(message: str) -> str:
    found = UNDECLARED.search(message)
    reason = ELSEWHERE.get(found.group(1)) if found else None
    return f"{message}: {reason}" if reason else message


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
