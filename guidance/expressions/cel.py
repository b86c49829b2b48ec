"""CEL behind a thin interface.

Most expressions are evaluated by the engine (`programs`). What calls functions that only Kubernetes has is checked by the engine and
evaluated by `interpreter`, with the same values; it also gets what the engine failed at, since Kubernetes forgives a little more.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from guidance.documents.jsonvalue import NotJson, checked
from guidance.expressions.engine import FAILURES, checker, engine, plain_configuration
from guidance.expressions.errors import EvaluationError
from guidance.expressions.programs import BOOL, DYN, JSON_TYPE, NULL, SIMPLE_TYPE, STATUS, STRING, Bindings, Evaluate, Program, TooMuch
from guidance.memo import memo

__all__ = [
    "BOOL", "DYN", "NULL", "STRING", "Bindings", "Evaluate", "EvaluationError", "ExpressionError", "Program", "compile", "mistakes",
    "shortcut",
]  # fmt: skip

FIRST_PROBLEM = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
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
HAS_VARIABLE = re.compile(
    r"""(\"{3}(?s:.*?)\"{3}|'{3}(?s:.*?)'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|//[^\n]*)|\bhas\s*\(\s*(\w+)\s*\.\s*(\w+)\s*\)"""
)
"""Texts and comments, to be passed over, and `has(variables.name)`."""
EXISTS_ONE = re.compile(r"\bexists_one(?=\s*\(\s*\w+\s*,\s*\w+\s*,)")


class ExpressionError(ValueError):
    """An expression that does not compile. Line and column count from 1 within the expression."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{line}:{column}: {message}")
        self.message = message
        self.line = line
        self.column = column


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
    names = tuple(variables)
    plain = _without_has(expression, typed or {})
    if plain == expression:
        return _compiled(_Forgiving, expression, names, typed or {})
    try:
        program = _compiled(_Forgiving, plain, names, typed or {})
    except ExpressionError:
        _compiled(Program, expression, names, typed or {})  # says where, as it was written
        raise
    program.expression = expression
    return program


def mistakes(program: Program) -> Iterator[tuple[str, int, int]]:
    """What is wrong with constants in it, which Kubernetes refuses too; line and column count from 1 within the expression."""
    from guidance.expressions.constants import mistakes

    yield from mistakes(program)


def _without_has(expression: str, typed: Mapping[str, str]) -> str:
    """Variables of a policy are always there, but the checker takes `has(variables.name)` for the value itself."""

    def replaced(found: re.Match[str]) -> str:
        name = f"{found[2]}.{found[3]}"
        return f"([{name}] != [])" if found[2] and name in typed else found[0]

    return HAS_VARIABLE.sub(replaced, expression) if "has" in expression and typed else expression


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
    compiled = _checker_of_all(declared).compile(expression)
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


# The interpreter and all functions take a quarter of the time in which the command line starts, and most starts can do without.


def _checker_of_all(declared: tuple[tuple[str, str], ...]) -> engine.Env:
    """Knows all functions."""
    from guidance.expressions.library import configuration

    return checker(declared, configuration())


def _grows(compiled: engine.Expression) -> bool:
    from guidance.expressions.growth import grows

    return grows(compiled.serialize())


def _interpreted(compiled: engine.Expression, exotic: frozenset[str] = frozenset(), *, is_forced: bool) -> Evaluate | None:
    """Raises ExpressionError."""
    from guidance.expressions.interpreter import Unsupported, interpretation

    try:
        return interpretation(compiled.serialize(), exotic, is_forced=is_forced)
    except Unsupported as error:
        raise ExpressionError(str(error)) from error


def _explained(message: str) -> str:
    found = UNDECLARED.search(message)
    reason = ELSEWHERE.get(found.group(1)) if found else None
    return f"{message}: {reason}" if reason else message


def _located(text: str) -> ExpressionError:
    if found := FIRST_PROBLEM.search(text):
        line, column, message = found.groups()
        return ExpressionError(_explained(STATUS.sub("", message)), max(int(line), 1), max(int(column), 1))
    return ExpressionError(STATUS.sub("", text.splitlines()[0]))
