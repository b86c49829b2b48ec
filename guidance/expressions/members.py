"""What lists and maps hold, of interpreted expressions: what is found in them, and what goes into new ones."""

from collections.abc import Iterable

from guidance.expressions.errors import EvaluationError
from guidance.expressions.functions.operators import MISSING, lookup, position
from guidance.expressions.values import NO_SUCH_OVERLOAD, NOTHING, Maybe, type_of


def found_in(container: object, key: object) -> Maybe:
    """`container.?member` and `container[?index]`: nothing where there is nothing, and in a number or a text."""
    match container:
        case Maybe():
            return found_in(container.value, key) if container.present else NOTHING
        case dict():
            found = lookup(container, key)
            return NOTHING if found is MISSING else Maybe(found)
        case list():
            index = position(key)
            return Maybe(container[index]) if 0 <= index < len(container) else NOTHING
    return NOTHING


def checked_key(key: object) -> object:
    if not isinstance(key, str | int):
        raise EvaluationError(f"unsupported key type: {type_of(key)}")
    return key


def present(value: object) -> list[object]:
    if not isinstance(value, Maybe):
        raise EvaluationError(f"cannot initialize optional entry from non-optional value {value}")
    return [value.value] if value.present else []


def elements_of(container: object, names: int) -> Iterable[tuple[object, ...]]:
    match container:
        case list() | dict() if names == 1:
            return ((value,) for value in container)
        case list():
            return enumerate(container)
        case dict():
            return container.items()
    raise EvaluationError(f"{NO_SUCH_OVERLOAD}: {type_of(container)} has no elements")
