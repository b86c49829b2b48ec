"""`int(x)`, `string(x)` and their like, with the forms of text that Go reads and writes."""

import math
import re
from collections.abc import Callable
from decimal import Decimal

from guidance.expressions.errors import EvaluationError
from guidance.expressions.functions.operators import NANOS, checked_int, checked_timestamp, checked_uint
from guidance.expressions.functions.times import duration_text, parse_duration, parse_timestamp, timestamp_text
from guidance.expressions.limits import check_length
from guidance.expressions.values import NO_SUCH_OVERLOAD, Duration, Timestamp, TypeName, Uint, type_of

INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
UNSIGNED = re.compile(r"[0-9]{1,4000}")
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
HEXADECIMAL = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+")
NAMED = re.compile(r"[+-]?(?:inf|infinity)|nan", re.IGNORECASE)
UNDERSCORE = re.compile(r"(?<=[0-9])_(?=[0-9])")
TRUE = frozenset(["1", "t", "T", "TRUE", "true", "True"])
FALSE = frozenset(["0", "f", "F", "FALSE", "false", "False"])
WRITTEN_OUT = range(-4, 6)
"""Powers of ten."""


def to_int(value: object) -> int:
    match value:
        case bool():
            pass
        case int():
            return checked_int(int(value))
        case float():
            return _truncated(value, checked_int, "integer overflow")
        case str() if INTEGER.fullmatch(value):
            return _from_text(value, checked_int, "int")
        case Timestamp():
            return value.nanos // NANOS
        case Duration():
            return value.nanos
    raise _impossible(value, "int")


def to_uint(value: object) -> Uint:
    match value:
        case bool():
            pass
        case int():
            return checked_uint(int(value))
        case float():
            return checked_uint(_truncated(value, int, "unsigned integer overflow"))
        case str() if UNSIGNED.fullmatch(value):
            return checked_uint(_from_text(value, checked_uint, "uint"))
    raise _impossible(value, "uint")


def _truncated(value: float, check: Callable[[int], int], message: str) -> int:
    if not math.isfinite(value):
        raise EvaluationError(message)
    return check(math.trunc(value))


def _from_text(text: str, check: Callable[[int], int], kind: str) -> int:
    try:
        return check(int(text))
    except EvaluationError as error:
        raise _impossible(text, kind) from error


def to_double(value: object) -> float:
    match value:
        case bool():
            pass
        case int() | float():
            return float(value)
        case str():
            return _double(value)
    raise _impossible(value, "double")


def _double(text: str) -> float:
    if DECIMAL.fullmatch(plain := UNDERSCORE.sub("", text)):
        number = float(plain)
    elif HEXADECIMAL.fullmatch(text):
        try:
            number = float.fromhex(text)
        except OverflowError:
            number = math.inf
    elif NAMED.fullmatch(text):
        return float(text)
    else:
        raise _impossible(text, "double")
    if math.isinf(number):
        raise _impossible(text, "double")
    return number


def to_bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in TRUE | FALSE:
        return value in TRUE
    raise _impossible(value, "bool")


def to_string(value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(int(value))
        case float():
            return number_text(value)
        case bytes():
            return _decoded(value)
        case Duration():
            return duration_text(value)
        case Timestamp():
            return timestamp_text(value)
        case TypeName():
            return value.name
    raise EvaluationError(f"{NO_SUCH_OVERLOAD}: string({type_of(value)})")


def _decoded(value: bytes) -> str:
    check_length(len(value))
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise EvaluationError("invalid UTF-8 in bytes, cannot convert to string") from error


def number_text(value: float) -> str:
    """The shortest digits that read back as the same number; an exponent for very large and small ones."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    sign, digits, _ = Decimal(repr(value)).normalize().as_tuple()
    exponent = Decimal(repr(value)).adjusted() if value else 0
    if exponent in WRITTEN_OUT:
        return f"{Decimal(repr(value)).normalize():f}" if value else ("-0" if sign else "0")
    first, rest = str(digits[0]), "".join(map(str, digits[1:]))
    return f"{'-' if sign else ''}{first}{'.' if rest else ''}{rest}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def to_bytes(value: object) -> bytes:
    match value:
        case bytes():
            return value
        case str():
            check_length(len(value))
            return value.encode()
    raise _impossible(value, "bytes")


def to_timestamp(value: object) -> Timestamp:
    match value:
        case Timestamp():
            return value
        case str():
            return parse_timestamp(value)
        case int() if type(value) is int:
            return checked_timestamp(value * NANOS)
    raise _impossible(value, "google.protobuf.Timestamp")


def to_duration(value: object) -> Duration:
    match value:
        case Duration():
            return value
        case str():
            return parse_duration(value)
        case int() if type(value) is int:
            return Duration(value)
    raise _impossible(value, "google.protobuf.Duration")


def _impossible(value: object, wanted: str) -> EvaluationError:
    return EvaluationError(f"type conversion error from '{type_of(value)}' to '{wanted}'")


UNARY: dict[str, Callable[[object], object]] = {
    "int": to_int,
    "uint": to_uint,
    "double": to_double,
    "bool": to_bool,
    "bytes": to_bytes,
    "timestamp": to_timestamp,
    "duration": to_duration,
    "dyn": lambda value: value,
    "type": lambda value: TypeName(type_of(value)),
}
STRING: dict[str, Callable[..., object]] = {
    f"string({kind}) -> string": to_string for kind in ("string", "bool", "int", "uint", "double", "bytes", "duration", "timestamp")
}
