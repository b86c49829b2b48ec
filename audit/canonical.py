"""The one byte form of a JSON value: what is hashed is stored exactly so (jsonb would rewrite numbers and order)."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
JSON_SCALARS = frozenset({str, int, bool, type(None)})
"""Told apart by their very type first: it is what nearly all values are."""
Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | bool | None


class NotCanonical(TypeError):
    """A value has no canonical form: a float, a naive time, or a type that JSON does not know."""


def utc_text(at: datetime) -> str:
    """RFC 3339 in UTC with exactly six digits of a second."""
    if at.tzinfo is None:
        raise NotCanonical(f"{at!r} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


TEXTS: Mapping[type, Callable[[Any], str]] = {UUID: str, datetime: utc_text, bytes: bytes.hex, memoryview: memoryview.hex}


def plain(value: object) -> Json:
    """The same value in JSON's own types. Raises NotCanonical."""
    if type(value) in JSON_SCALARS:
        return cast("Json", value)
    if type(value) in TEXTS:
        return TEXTS[type(value)](value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict | Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return _plain_scalar(value)


def _plain_scalar(value: object) -> Json:
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str | int):
        return value
    for kind, text in TEXTS.items():
        if isinstance(value, kind):
            return text(value)
    if isinstance(value, set | frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, float | Decimal):
        raise NotCanonical(f"{value!r}: write it as a string, numbers with a fraction have no single byte form")
    raise NotCanonical(f"{type(value).__name__} has no JSON form")


def encode(value: object) -> bytes:
    """Sorted keys, no white space, UTF-8, no floats. Raises NotCanonical."""
    return _encode(plain(value)).encode()


def digest(value: object) -> str:
    """`sha256:<hex>` over the canonical bytes."""
    return digest_of_bytes(encode(value))


def digest_of_bytes(encoded: bytes) -> str:
    return "sha256:" + sha256(encoded).hexdigest()
