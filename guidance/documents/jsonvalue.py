"""JSON values: what may go into an expression, and the check that nothing else does."""

from collections.abc import Sequence
from math import isfinite

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import Token, dotted

Json = JsonValue
MAX_DEPTH = 64
"""Levels of nesting. Kubernetes' own objects stay far below it; CustomResourceDefinitions reach about 40."""
INT64 = range(-(2**63), 2**63)


class NotJson(ValueError):
    """A value that JSON or the expression engine cannot hold. `tokens` say where it lies."""

    def __init__(self, tokens: Sequence[Token], problem: str) -> None:
        super().__init__(f"{dotted(tokens)} {problem}")
        self.tokens = tuple(tokens)
        self.problem = problem


def checked(value: object, *, drop_nulls: bool = False) -> JsonValue:
    """A deep copy in JSON's own types. `drop_nulls` leaves out members that are null, as Kubernetes does when it reads an object.

    Raises NotJson for dates, sets, tuples, numbers beyond 64 bits or not finite, keys that are not text, text with NUL
    (the engine would cut it off there) or lone surrogates, and nesting deeper than MAX_DEPTH.
    """
    return _copy(value, 0, drop_nulls)


def _copy(value: object, depth: int, drop_nulls: bool) -> JsonValue:
    """Every manifest goes through here, so places are put together only on the way out of an error."""
    if isinstance(value, str):
        return value if type(value) is str and value.isascii() and "\0" not in value else _text(value)
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, dict | list):
        return _number(value)
    if depth >= MAX_DEPTH:
        raise NotJson((), f"is nested more than {MAX_DEPTH} levels deep")
    return _mapping(value, depth + 1, drop_nulls) if isinstance(value, dict) else _list(value, depth + 1, drop_nulls)


def _list(value: list[object], depth: int, drop_nulls: bool) -> list[JsonValue]:
    copy: list[JsonValue] = []
    for item in value:
        try:
            copy.append(_copy(item, depth, drop_nulls))
        except NotJson as error:
            raise NotJson((len(copy), *error.tokens), error.problem) from None
    return copy


def _mapping(value: dict[object, object], depth: int, drop_nulls: bool) -> dict[str, JsonValue]:
    copy: dict[str, JsonValue] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotJson((), f"has the key {key!r}, which is not text: put it in quotes")
        _text(key)
        if item is None and drop_nulls:
            continue
        try:
            copy[key] = _copy(item, depth, drop_nulls)
        except NotJson as error:
            raise NotJson((key, *error.tokens), error.problem) from None
    return copy


def _number(value: object) -> JsonValue:
    if isinstance(value, int):
        if value not in INT64:
            raise NotJson((), "is a number beyond 64 bits")
        return int(value)
    if isinstance(value, float):
        if not isfinite(value):
            raise NotJson((), f"is {value}, which is not a number in JSON")
        return float(value)
    raise NotJson((), f"is a {type(value).__name__}, which JSON does not know: put it in quotes to make it text")


def _text(value: str) -> str:
    if "\0" in value:
        raise NotJson((), "contains the character NUL")
    try:
        value.isascii() or value.encode()
    except UnicodeEncodeError:
        raise NotJson((), "is not valid Unicode: half of a surrogate pair") from None
    return str(value)
