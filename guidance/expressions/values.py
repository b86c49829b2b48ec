"""CEL's values where Python has no type of its own for them, and what equality and order mean among all values.

The others are Python's: None, bool, int, float, str, bytes, list, dict.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from guidance.expressions.errors import EvaluationError
from guidance.expressions.limits import BudgetExceeded, spend

INT64 = range(-(2**63), 2**63)
UINT64 = range(2**64)


NO_SUCH_OVERLOAD = "no such overload"


class Uint(int):
    """An unsigned integer of 64 bits."""

    __slots__ = ()
    cel_type: ClassVar[str] = "uint"


@dataclass(frozen=True, slots=True)
class Duration:
    cel_type: ClassVar[str] = "google.protobuf.Duration"
    nanos: int


@dataclass(frozen=True, slots=True)
class Timestamp:
    """Nanoseconds since 1970 in UTC; `offset` are the seconds of the zone that it was written in, which only its text shows."""

    cel_type: ClassVar[str] = "google.protobuf.Timestamp"
    nanos: int
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TypeName:
    """What `type(x)` gives."""

    cel_type: ClassVar[str] = "type"
    name: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """An optional value."""

    cel_type: ClassVar[str] = "optional_type"
    value: object
    present: bool = True


NOTHING: Final = Maybe(None, False)


class Opaque:
    """A value of Kubernetes' own libraries."""

    __slots__ = ()
    cel_type: ClassVar[str]

    def equals(self, other: object) -> bool:
        """Raises EvaluationError for a value of another type, as Kubernetes does."""
        if type(other) is not type(self):
            raise EvaluationError(NO_SUCH_OVERLOAD)
        return self == other


PLAIN_TYPES = {
    type(None): "null_type", bool: "bool", int: "int", float: "double", str: "string", bytes: "bytes", list: "list", dict: "map",
}  # fmt: skip
NUMBERS = frozenset([int, Uint, float])
ORDERED = NUMBERS | {str, bytes, bool, Duration, Timestamp}


def type_of(value: object) -> str:
    """The name of its type in CEL."""
    return PLAIN_TYPES.get(type(value)) or str(getattr(value, "cel_type", type(value).__name__))


def equal(one: object, other: object) -> bool:
    """Numbers are equal across their types, values of different types never are. Raises EvaluationError for opaque ones."""
    kind = type(one)
    if one is None or other is None:
        return one is other
    if kind is type(other):
        return _equal_inside(one, other)
    if isinstance(one, Opaque):
        return one.equals(other)
    return kind in NUMBERS and type(other) in NUMBERS and _sign(one, other) == 0


def _equal_inside(one: object, other: object) -> bool:
    match one, other:
        case list(), list():
            spend(len(one))
            return len(one) == len(other) and all(equal(a, b) for a, b in zip(one, other, strict=True))
        case dict(), dict():
            spend(len(one))
            return len(one) == len(other) and all(key in other and equal(value, other[key]) for key, value in one.items())
        case Maybe(), Maybe():
            return one.present == other.present and equal(one.value, other.value)
        case Opaque(), _:
            return one.equals(other)
        case _:
            return one == other


def among(value: object, values: list[object]) -> bool:
    """Whether one of these is equal to it; what cannot be compared is not."""
    spend(len(values) >> 1)
    for candidate in values:
        try:
            if equal(value, candidate):
                return True
        except BudgetExceeded:
            raise
        except EvaluationError:
            continue
    return False


def compare(one: object, other: object) -> int:
    """-1, 0 or 1. Raises EvaluationError where there is no order."""
    left, right = type(one), type(other)
    if left in NUMBERS and right in NUMBERS:
        sign = _sign(one, other)
    elif left is right and left in ORDERED:
        sign = _sign(getattr(one, "nanos", one), getattr(other, "nanos", other))
    else:
        raise EvaluationError(NO_SUCH_OVERLOAD)
    if sign is None:
        raise EvaluationError("NaN values cannot be ordered")
    return sign


def _sign(one: Any, other: Any) -> int | None:
    """Of the difference, None where a number is none; whole numbers meet others as doubles, as in Kubernetes."""
    if float in (type(one), type(other)):
        one, other = float(one), float(other)
        if one != one or other != other:
            return None
    return bool(one > other) - bool(one < other)
