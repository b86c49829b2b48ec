"""Kubernetes' functions on lists, those of CEL's lists extension, and sets."""

from collections.abc import Callable
from functools import cmp_to_key, partial
from itertools import pairwise

from guidance.expressions.errors import EvaluationError
from guidance.expressions.functions.operators import add
from guidance.expressions.limits import spend
from guidance.expressions.values import NO_SUCH_OVERLOAD, ORDERED, Duration, Uint, among, compare, type_of

COMPARABLE = ("int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes")
SUMMABLE: dict[str, object] = {"int": 0, "uint": Uint(0), "double": 0.0, "duration": Duration(0)}
LONGEST = 100_000
"""Elements of a list that is made of nothing."""


def total(zero: object, values: list[object]) -> object:
    for value in values:
        zero = add(zero, value)
    return zero


def extreme(name: str, wanted: int, values: list[object]) -> object:
    """What cannot be compared loses."""
    if not values:
        raise EvaluationError(f"{name} called on empty list")
    _check_order(values)
    best = values[0]
    for value in values[1:]:
        if _order(best, value) == wanted:
            best = value
    return best


def is_sorted(values: list[object]) -> bool:
    """What cannot be compared is in order; elements behind the first that is not in order are not looked at."""
    _check_order(values[:1])
    for one, two in pairwise(values):
        _check_order([two])
        if _order(one, two) == 1:
            return False
    return True


def _order(one: object, two: object) -> int | None:
    try:
        return compare(one, two)
    except EvaluationError:
        return None


def _check_order(values: list[object]) -> None:
    if not all(type(value) in ORDERED for value in values):
        raise EvaluationError(NO_SUCH_OVERLOAD)


def index_of(values: list[object], wanted: object) -> int:
    return _first_equal(values, wanted, range(len(values)))


def last_index_of(values: list[object], wanted: object) -> int:
    return _first_equal(values, wanted, range(len(values) - 1, -1, -1))


def _first_equal(values: list[object], wanted: object, order: range) -> int:
    return next((index for index in order if among(values[index], [wanted])), -1)


def includes(values: object, wanted: object) -> bool:
    """Whether a list has it, or a single value is it."""
    return any(among(value, [wanted]) for value in (values if isinstance(values, list) else [values]))


def flatten(values: list[object], depth: int = 1) -> list[object]:
    if depth < 0:
        raise EvaluationError("level must be non-negative")
    spend(len(values))
    flat: list[object] = []
    for value in values:
        flat += flatten(value, depth - 1) if isinstance(value, list) and depth else [value]
    return flat


def part(values: list[object], start: int, end: int) -> list[object]:
    if not 0 <= start <= end <= len(values):
        raise EvaluationError(f"cannot slice({start}, {end}), list is length {len(values)}")
    return values[start:end]


def sort_by_keys(values: list[object], keys: list[object]) -> list[object]:
    if len(values) != len(keys):
        raise EvaluationError(f"cannot sort {len(values)} elements by {len(keys)} keys")
    if len({type_of(key) for key in keys}) > 1:
        raise EvaluationError("list elements must have the same type")
    spend(len(keys) * len(keys).bit_length())
    by_key = cmp_to_key(compare)
    return [values[index] for index in sorted(range(len(values)), key=lambda index: by_key(keys[index]))]


def sort(values: list[object]) -> list[object]:
    return sort_by_keys(values, values)


def distinct(values: list[object]) -> list[object]:
    found: list[object] = []
    for value in values:
        if not among(value, found):
            found.append(value)
    return found


def numbers(count: int) -> list[int]:
    if count > LONGEST:
        raise EvaluationError(f"a range of {count} numbers is too long")
    spend(max(count, 0))
    return list(range(count))


def contains(values: list[object], wanted: list[object]) -> bool:
    return all(among(value, values) for value in wanted)


def equivalent(one: list[object], other: list[object]) -> bool:
    return contains(one, other) and contains(other, one)


def intersects(one: list[object], other: list[object]) -> bool:
    return any(among(value, other) for value in one)


FUNCTIONS: dict[str, Callable[..., object]] = {
    **{f"list<{kind}>.isSorted() -> bool": is_sorted for kind in COMPARABLE},
    **{f"list<{kind}>.min() -> {kind}": partial(extreme, "min", 1) for kind in COMPARABLE},
    **{f"list<{kind}>.max() -> {kind}": partial(extreme, "max", -1) for kind in COMPARABLE},
    **{f"list<{kind}>.sum() -> {kind}": partial(total, zero) for kind, zero in SUMMABLE.items()},
    "list<T>.indexOf(T) -> int": index_of,
    "list<T>.lastIndexOf(T) -> int": last_index_of,
    "dyn.includes(dyn) -> bool": includes,
}
KNOWN: dict[str, Callable[..., object]] = {
    "list<T>.slice(int, int) -> list<T>": part,
    "list<list<T>>.flatten() -> list<T>": flatten,
    "list<dyn>.flatten(int) -> list<dyn>": flatten,
    **{f"list<{kind}>.sort() -> list<{kind}>": sort for kind in COMPARABLE},
    **{f"list<T>.@sortByAssociatedKeys(list<{kind}>) -> list<T>": sort_by_keys for kind in COMPARABLE},
    "list<T>.reverse() -> list<T>": lambda values: values[::-1],
    "list<T>.distinct() -> list<T>": distinct,
    "lists.range(int) -> list<int>": numbers,
    "sets.contains(list<T>, list<T>) -> bool": contains,
    "sets.equivalent(list<T>, list<T>) -> bool": equivalent,
    "sets.intersects(list<T>, list<T>) -> bool": intersects,
}
