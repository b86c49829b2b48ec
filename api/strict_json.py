"""Pure: JSON as it must be sent. What other readers would understand differently, or could choke on, is refused."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import NoReturn

from pydantic import JsonValue

from api.errors import BodyTooLarge, MalformedJson

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
SUSPICIOUS = (b"\\u0000", b"\\ud", b"\\uD")
"""How NUL characters and halves of surrogate pairs look when they are escaped; PostgreSQL stores neither."""


def loads(raw: bytes) -> JsonValue:
    """The value. Raises MalformedJson (`line` and `column`, or `pointer`, tell where), BodyTooLarge."""
    if len(raw) > MAX_BYTES:
        raise BodyTooLarge(f"The body is longer than {MAX_BYTES} bytes.")
    value = _parse(_decoded(raw))
    # Counting is quick, walking is not: few bodies have so many brackets, or such escapes.
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH or any(escape in raw for escape in SUSPICIOUS):
        for tokens, text in _walk(value):
            _check_text(text, tokens)
    return value


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJson(f"Byte {error.start} of the body is not UTF-8.", offset=error.start) from error


def _parse(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedJson(f"{error.msg} at {where}.", line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # an integer of thousands of digits
        raise MalformedJson("A number has too many digits.") from error
    return value


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedJson(f"The key {twice!r} stands twice in one object.")
    return members


def _constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not a number of JSON.")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise MalformedJson(f"{text[:40]} is too large a number.")
    return number


def _walk(value: JsonValue) -> Iterator[tuple[Sequence[str | int], str]]:
    """All keys and strings with where they are. Iterative, so that depth costs no stack."""
    waiting: list[tuple[tuple[str | int, ...], JsonValue]] = [((), value)]
    while waiting:
        tokens, item = waiting.pop()
        if isinstance(item, dict | list) and len(tokens) >= MAX_DEPTH:
            raise _too_deep()
        if isinstance(item, str):
            yield tokens, item
        elif isinstance(item, dict):
            yield from ((tokens, key) for key in item)
            waiting += [((*tokens, key), member) for key, member in item.items()]
        elif isinstance(item, list):
            waiting += [((*tokens, position), member) for position, member in enumerate(item)]


def _check_text(text: str, tokens: Sequence[str | int]) -> None:
    if "\0" in text:
        raise MalformedJson("A text holds a NUL character.", pointer=pointer(tokens))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise MalformedJson("A text holds half of a surrogate pair.", pointer=pointer(tokens))


def _too_deep() -> MalformedJson:
    return MalformedJson(f"The body is nested more than {MAX_DEPTH} levels deep.")


def pointer(tokens: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901) that can be shown and stored, whatever the tokens hold."""
    parts = (str(token).replace("~", "~0").replace("/", "~1") for token in tokens)
    return "".join(f"/{part}" for part in parts).encode("utf-8", "backslashreplace").decode()
