"""`'%s of %d'.format([…])`, letter for letter as Kubernetes' version of CEL's strings extension does it."""

import math
import re
from collections.abc import Callable, Iterator

from guidance.expressions.errors import EvaluationError
from guidance.expressions.functions.conversions import number_text, to_string
from guidance.expressions.limits import check_length
from guidance.expressions.values import NUMBERS, Duration, Timestamp, TypeName, Uint, type_of

CLAUSE = re.compile(r"%(?:%|(?:\.(?P<precision>[0-9]*))?(?P<kind>.?))", re.DOTALL)
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
TIMES_TEN = "\u00d710"
SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
DEFAULT_PRECISION = 6
MOST_PRECISION = 200
SHOWN = frozenset([*NUMBERS, bool, str, bytes, Duration, Timestamp, TypeName])
SHOWABLE = "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps"
ESCAPES = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v", "\\": r"\\", '"': r"\""}


def format_text(pattern: str, values: list[object]) -> str:
    """Values that are left over are ignored. Raises EvaluationError."""
    pieces: list[str] = []
    rest, end = iter(values), 0
    for found in CLAUSE.finditer(pattern):
        pieces.append(pattern[end : found.start()])
        pieces.append("%" if found[0] == "%%" else _formatted(found["kind"], found["precision"], _next(rest, values)))
        end = found.end()
    pieces.append(pattern[end:])
    check_length(sum(map(len, pieces)))
    return "".join(pieces)


def _next(rest: Iterator[object], values: list[object]) -> object:
    for value in rest:
        return value
    raise EvaluationError(f"index {len(values)} out of range")


def _formatted(kind: str, precision: str | None, value: object) -> str:
    if not kind:
        raise EvaluationError("unexpected end of string")
    if precision is not None and (not precision or int(precision) > MOST_PRECISION):
        raise EvaluationError(f"error while parsing precision: {precision!r} is no number up to {MOST_PRECISION}")
    digits = DEFAULT_PRECISION if precision is None else int(precision)
    match kind:
        case "f":
            return _fixed(_number(value, "fixed-point"), digits)
        case "e":
            return _scientific(_number(value, "scientific"), digits)
        case _ if kind in KINDS:
            return KINDS[kind](value)
    raise EvaluationError(f'could not parse formatting clause: unrecognized formatting clause "{kind}"')


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, list | dict):
        return _inside(value)
    if type(value) not in SHOWN:
        raise _refused(
            "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps", value
        )
    return to_string(value)


def _inside(value: object) -> str:
    """As it would be written in CEL."""
    match value:
        case list():
            return f"[{', '.join(map(_inside, value))}]"
        case dict():
            return f"{{{', '.join(f'{key}:{item}' for key, item in sorted((_key(key), _inside(item)) for key, item in value.items()))}}}"
        case str():
            return go_quote(value)
        case bytes():
            return f"b{go_quote(to_string(value))}"
        case float() if not math.isfinite(value):
            return f'"{number_text(value)}"'
        case float():
            return f"{value:.{DEFAULT_PRECISION}f}"
        case Duration() | Timestamp():
            return f"{'duration' if isinstance(value, Duration) else 'timestamp'}({go_quote(to_string(value))})"
    return _text(value)


def _key(key: object) -> str:
    if type(key) not in (str, bool, int, Uint):
        raise EvaluationError(f"no formatting function for map key of type {type_of(key)}")
    return _inside(key)


def go_quote(text: str) -> str:
    return '"' + "".join(ESCAPES.get(char) or (char if char.isprintable() else _code(char)) for char in text) + '"'


def _code(char: str) -> str:
    point = ord(char)
    return f"\\x{point:02x}" if point < 0x80 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def _number(value: object, clause: str) -> float:
    if isinstance(value, str) and value in SPECIAL:
        return SPECIAL[value]
    if not isinstance(value, float):
        raise _refused(f"{clause} clause can only be used on doubles", value)
    return value


def _fixed(value: float, precision: int) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return "NaN" if math.isnan(value) else f"{value or 0.0:,.{precision}f}"


def _scientific(value: float, width: int) -> str:
    """Kubernetes takes the precision for the least width."""
    if not math.isfinite(value):
        return _fixed(value, 0).rjust(width)
    digits, _, exponent = f"{value or 0.0:.{DEFAULT_PRECISION}e}".partition("e")
    return f"{digits}{TIMES_TEN}{exponent.lstrip('+').translate(SUPERSCRIPTS)}".rjust(width)


def _decimal(value: object) -> str:
    if type(value) not in (int, Uint):
        raise _refused("decimal clause can only be used on integers", value)
    return str(value)


def _binary(value: object) -> str:
    if not isinstance(value, int):
        raise _refused("only integers and bools can be formatted as binary", value)
    return f"{int(value):b}"


def _octal(value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _refused("octal clause can only be used on integers", value)
    return f"{int(value):o}"


def _hex(value: object) -> str:
    match value:
        case bool():
            pass
        case int():
            return f"{int(value):x}"
        case str():
            return value.encode().hex()
        case bytes():
            return value.hex()
    raise _refused("only integers, byte buffers, and strings can be formatted as hex", value)


def _refused(rule: str, value: object) -> EvaluationError:
    return EvaluationError(f"error during formatting: {rule}, was given {type_of(value)}")


KINDS: dict[str, Callable[[object], str]] = {
    "s": _text, "d": _decimal, "b": _binary, "o": _octal, "x": _hex, "X": lambda value: _hex(value).upper(),
}  # fmt: skip
KNOWN: dict[str, Callable[..., object]] = {"string.format(list<dyn>) -> string": format_text}
