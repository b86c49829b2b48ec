"""From what a document says to what it should say: the smallest changes, as operations of a JSON patch."""

from collections.abc import Iterator

from guidance.documents.jsontype import JsonValue
from guidance.documents.patch import Operation
from guidance.documents.pointer import Token, pointer


def differences(old: JsonValue, new: JsonValue, at: tuple[Token, ...] = ()) -> Iterator[Operation]:
    """To be applied in this order."""
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_members(old, new, at)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_elements(old, new, at)
    elif old != new or type(old) is not type(new):
        yield {"op": "replace", "path": pointer(at), "value": new}


def _of_members(old: dict[str, JsonValue], new: dict[str, JsonValue], at: tuple[Token, ...]) -> Iterator[Operation]:
    for key, value in old.items():
        if key not in new:
            yield {"op": "remove", "path": pointer((*at, key))}
        else:
            yield from differences(value, new[key], (*at, key))
    for key, value in new.items():
        if key not in old:
            yield {"op": "add", "path": pointer((*at, key)), "value": value}


def _of_elements(old: list[JsonValue], new: list[JsonValue], at: tuple[Token, ...]) -> Iterator[Operation]:
    """What both lists begin and end with stays; the rest is told one by one, removals from the end."""
    if len(old) == len(new):
        start, kept = 0, len(old)
    else:
        start = _same(old, new)
        end = min(_same(old[start:][::-1], new[start:][::-1]), min(len(old), len(new)) - start)
        kept = start + min(len(old), len(new)) - start - end
    for index in range(start, kept):
        yield from differences(old[index], new[index], (*at, index))
    surplus = len(old) - len(new)
    for index in range(kept + surplus - 1, kept - 1, -1):
        yield {"op": "remove", "path": pointer((*at, index))}
    for index in range(kept, kept - surplus):
        yield {"op": "add", "path": pointer((*at, index)), "value": new[index]}


def _same(one: list[JsonValue], other: list[JsonValue]) -> int:
    """How many elements both begin with."""
    for count, (mine, yours) in enumerate(zip(one, other, strict=False)):
        if mine != yours:
            return count
    return min(len(one), len(other))
