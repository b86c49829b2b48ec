"""CEL's operators on values: arithmetic that overflows with an error, order, membership, size."""

import math
import operator
from collections.abc import Callable
from typing import Any

from guidance.expressions.errors import EvaluationError
from guidance.expressions.limits import check_length, spend
from guidance.expressions.values import INT64, NO_SUCH_OVERLOAD, UINT64, Duration, Timestamp, Uint, among, compare, type_of

FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
"""The years 1 to 9999."""
NANOS = 1_000_000_000
Binary = Callable[[Any, Any], object]


def checked_int(value: int) -> int:
    if value not in INT64:
        raise EvaluationError("integer overflow")
    return value


def checked_uint(value: int) -> Uint:
    if int(value) not in UINT64:  # a range would be gone through for a Uint
        raise EvaluationError("unsigned integer overflow")
    return Uint(value)


def checked_duration(nanos: int) -> Duration:
    if nanos not in INT64:
        raise EvaluationError("duration overflow")
    return Duration(nanos)


def checked_timestamp(nanos: int, offset: int = 0) -> Timestamp:
    if not FIRST_SECOND <= nanos // NANOS <= LAST_SECOND:
        raise EvaluationError("timestamp overflow")
    return Timestamp(nanos, offset)


def _divided(one: int, two: int) -> int:
    """Towards zero."""
    if two == 0:
        raise EvaluationError("division by zero")
    quotient = abs(one) // abs(two)
    return quotient if (one < 0) == (two < 0) else -quotient


def _remainder(one: int, two: int) -> int:
    if two == 0:
        raise EvaluationError("modulus by zero")
    if two == -1:
        checked_int(-one)
    return one - two * _divided(one, two)


def _divided_doubles(one: float, two: float) -> float:
    """By zero as well, as IEEE 754 has it."""
    if two:
        return one / two
    return math.copysign(math.inf, one) * math.copysign(1, two) if one and one == one else math.nan


def _joined(one: Any, two: Any) -> object:
    check_length(len(one) + len(two))
    return one + two


def _joined_lists(one: list[object], two: list[object]) -> list[object]:
    spend((len(one) + len(two)) >> 4)
    return one + two


ADD: dict[tuple[type, type], Binary] = {
    (int, int): lambda one, two: checked_int(one + two),
    (Uint, Uint): lambda one, two: checked_uint(int(one) + int(two)),
    (float, float): operator.add,
    (str, str): _joined,
    (bytes, bytes): _joined,
    (list, list): _joined_lists,
    (Duration, Duration): lambda one, two: checked_duration(one.nanos + two.nanos),
    (Timestamp, Duration): lambda one, two: checked_timestamp(one.nanos + two.nanos, one.offset),
    (Duration, Timestamp): lambda one, two: checked_timestamp(one.nanos + two.nanos, two.offset),
}
SUBTRACT: dict[tuple[type, type], Binary] = {
    (int, int): lambda one, two: checked_int(one - two),
    (Uint, Uint): lambda one, two: checked_uint(int(one) - int(two)),
    (float, float): operator.sub,
    (Duration, Duration): lambda one, two: checked_duration(one.nanos - two.nanos),
    (Timestamp, Duration): lambda one, two: checked_timestamp(one.nanos - two.nanos, one.offset),
    (Timestamp, Timestamp): lambda one, two: checked_duration(one.nanos - two.nanos),
}
MULTIPLY: dict[tuple[type, type], Binary] = {
    (int, int): lambda one, two: checked_int(one * two),
    (Uint, Uint): lambda one, two: checked_uint(int(one) * int(two)),
    (float, float): operator.mul,
}
DIVIDE: dict[tuple[type, type], Binary] = {
    (int, int): lambda one, two: checked_int(_divided(one, two)),
    (Uint, Uint): lambda one, two: checked_uint(_divided(int(one), int(two))),
    (float, float): _divided_doubles,
}
MODULO: dict[tuple[type, type], Binary] = {
    (int, int): _remainder,
    (Uint, Uint): lambda one, two: Uint(_remainder(int(one), int(two))),
}


def _by_types(table: dict[tuple[type, type], Binary]) -> Binary:
    def apply(one: object, two: object) -> object:
        implementation = table.get((type(one), type(two)))
        if implementation is None:
            raise EvaluationError(NO_SUCH_OVERLOAD)
        return implementation(one, two)

    return apply


add = _by_types(ADD)
subtract = _by_types(SUBTRACT)


def negate(value: object) -> object:
    match value:
        case bool() | Uint():
            pass
        case int():
            return checked_int(-value)
        case float():
            return -value
        case Duration():
            return checked_duration(-value.nanos)
    raise EvaluationError(NO_SUCH_OVERLOAD)


def inverse(value: object) -> bool:
    if not isinstance(value, bool):
        raise EvaluationError(NO_SUCH_OVERLOAD)
    return not value


def size(value: object) -> int:
    """Characters, bytes, elements or members."""
    if not isinstance(value, str | bytes | list | dict):
        raise EvaluationError(NO_SUCH_OVERLOAD)
    return len(value)


def is_in(value: object, values: object) -> bool:
    match values:
        case list():
            return among(value, values)
        case dict():
            return lookup(values, value) is not MISSING
    raise EvaluationError(NO_SUCH_OVERLOAD)


MISSING = object()


def lookup(members: dict[Any, object], key: object) -> object:
    """The member, or MISSING. Numbers find each other across their types, but true is no 1."""
    if isinstance(key, str | bool | int | float) and (found := members.get(key, MISSING)) is not MISSING:
        is_own = isinstance(key, str) or any(isinstance(own, bool) == isinstance(key, bool) for own in members if own == key)
        return found if is_own else MISSING
    return MISSING


def element(container: object, index: object) -> object:
    """What `container[index]` gives. Raises EvaluationError."""
    match container:
        case list():
            at = position(index)
            if not 0 <= at < len(container):
                raise EvaluationError(f"index out of bounds: {at}")
            return container[at]
        case dict():
            if (found := lookup(container, index)) is MISSING:
                raise EvaluationError(f"no such key: {index}")
            return found
    raise EvaluationError(NO_SUCH_OVERLOAD)


def position(index: object) -> int:
    """In a list: numbers of any type that are whole. Raises EvaluationError."""
    if isinstance(index, bool) or not isinstance(index, int | float) or int(index) != index:
        raise EvaluationError(f"unsupported index type '{type_of(index)}' in list")
    return int(index)


BINARY: dict[str, Binary] = {
    "_+_": add,
    "_-_": subtract,
    "_*_": _by_types(MULTIPLY),
    "_/_": _by_types(DIVIDE),
    "_%_": _by_types(MODULO),
    "_<_": lambda one, two: compare(one, two) < 0,
    "_<=_": lambda one, two: compare(one, two) <= 0,
    "_>_": lambda one, two: compare(one, two) > 0,
    "_>=_": lambda one, two: compare(one, two) >= 0,
    "@in": is_in,
}
UNARY: dict[str, Callable[[object], object]] = {"!_": inverse, "-_": negate, "size": size}
