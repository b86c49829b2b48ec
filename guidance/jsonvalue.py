"""JSON values: what may go into an expression, and the check that nothing else does."""

from collections.abc import Sequence
from math import isfinite

from pydantic import JsonValue

from guidance.pointer import Token, dotted

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
    return _copy(value, (), drop_nulls)


def _copy(value: object, at: tuple[Token, ...], drop_nulls: bool) -> JsonValue:
    if isinstance(value, str):
        return _text(value, at)
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, dict | list):
        return _number(value, at)
    if len(at) >= MAX_DEPTH:
        raise NotJson(at[:4], f"is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, dict):
        return _mapping(value, at, drop_nulls)
    return [_copy(item, (*at, index), drop_nulls) for index, item in enumerate(value)]


def _mapping(value: dict[object, object], at: tuple[Token, ...], drop_nulls: bool) -> dict[str, JsonValue]:
    copy: dict[str, JsonValue] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotJson(at, f"has the key {key!r}, which is not text: put it in quotes")
        if item is not None or not drop_nulls:
            copy[_text(key, at)] = _copy(item, (*at, key), drop_nulls)
    return copy


def _number(value: object, at: tuple[Token, ...]) -> JsonValue:
    if isinstance(value, int):
        if value not in INT64:
            raise NotJson(at, "is a number beyond 64 bits")
        return int(value)
    if isinstance(value, float):
        if not isfinite(value):
            raise NotJson(at, f"is {value}, which is not a number in JSON")
        return float(value)
    raise NotJson(at, f"is a {type(value).__name__}, which JSON does not know: put it in quotes to make it text")


def _text(value: str, at: tuple[Token, ...]) -> str:
    if value.isascii() and "\0" not in value:
        return str(value)
    if "\0" in value:
        raise NotJson(at, "contains the character NUL")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotJson(at, "is not valid Unicode: half of a surrogate pair") from None
    return str(value)
