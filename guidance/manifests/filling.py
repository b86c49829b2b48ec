"""How a part of an object is completed: small functions that are put together like the object itself."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from guidance.documents.jsontype import JsonValue

Object = dict[str, JsonValue]
Fill = Callable[[JsonValue], JsonValue]
"""Gives the completed value and leaves its argument as it is. What has another type than expected stays, for others to tell."""
NOTHING: Mapping[str, JsonValue] = MappingProxyType({})
NO_MEMBERS: Mapping[str, Fill] = MappingProxyType({})


def record(
    values: Mapping[str, JsonValue] = NOTHING,
    *,
    plain: str = "",
    more: Callable[[Object], object] | None = None,
    members: Mapping[str, Fill] = NO_MEMBERS,
    **inside: Fill,
) -> Fill:
    """Members that are missing get these values, those that are there are completed by the functions in `members` and `inside`.

    `plain` are the names of members that Kubernetes cannot tell from missing ones when they are empty, false or zero. `more` completes
    what takes more than one member, in place; it may set members, and must not change what is in them.
    """
    names = tuple(plain.split())
    completing = {**members, **inside}

    def fill(value: JsonValue) -> JsonValue:
        if not isinstance(value, dict):
            return value
        full = {**value}
        for name in names:
            if name in full and not full[name]:
                del full[name]
        full = {**values, **full}
        for name, fill_member in completing.items():
            if name in full:
                full[name] = fill_member(full[name])
        if more is not None:
            more(full)
        return full

    return fill


def each(fill_item: Fill) -> Fill:
    """The elements of a list."""
    return lambda value: [fill_item(item) for item in value] if isinstance(value, list) else value


def every(fill_value: Fill) -> Fill:
    """The values of an object whose names are free, such as limits."""
    return lambda value: {name: fill_value(item) for name, item in value.items()} if isinstance(value, dict) else value


def both(first: Fill, second: Fill) -> Fill:
    return lambda value: second(first(value))


def mapping(value: JsonValue) -> Object:
    return value if isinstance(value, dict) else {}
