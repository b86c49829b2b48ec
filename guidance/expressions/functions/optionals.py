"""CEL's optional values."""

from collections.abc import Callable

from guidance.expressions.errors import EvaluationError
from guidance.expressions.functions.operators import FIRST_SECOND, NANOS
from guidance.expressions.values import NOTHING, Duration, Maybe, Timestamp

YEAR_ONE = Timestamp(FIRST_SECOND * NANOS)


def of_non_zero(value: object) -> Maybe:
    """Nothing for null, and for what is zero or empty."""
    zero = value in (Duration(0), YEAR_ONE) or (isinstance(value, int | float | str | bytes | list | dict) and not value)
    return NOTHING if value is None or zero else Maybe(value)


def value(optional: Maybe) -> object:
    if not optional.present:
        raise EvaluationError("optional.none() dereference")
    return optional.value


def unwrap(values: list[object]) -> list[object]:
    for item in values:
        if not isinstance(item, Maybe):
            raise EvaluationError(f"value {item} is not optional")
    return [item.value for item in values if isinstance(item, Maybe) and item.present]


KNOWN: dict[str, Callable[..., object]] = {
    "optional.of(T) -> optional<T>": Maybe,
    "optional.none() -> optional<T>": lambda: NOTHING,
    "optional.ofNonZeroValue(T) -> optional<T>": of_non_zero,
    "optional<T>.hasValue() -> bool": lambda optional: optional.present,
    "optional<T>.value() -> T": value,
    "list<T>.first() -> optional<T>": lambda values: Maybe(values[0]) if values else NOTHING,
    "list<T>.last() -> optional<T>": lambda values: Maybe(values[-1]) if values else NOTHING,
}
FUNCTIONS: dict[str, Callable[..., object]] = {
    "optional.unwrap(list<optional<T>>) -> list<T>": unwrap,
    "list<optional<T>>.unwrapOpt() -> list<T>": unwrap,
}
