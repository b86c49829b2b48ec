"""Places that stay what they are when lists grow: told by names, not by numbers."""

import json
from collections.abc import Iterable

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import Token, child, pointer


def named(manifest: JsonValue, tokens: Iterable[Token]) -> str:
    """`/spec/containers/web/image`. An element that has no name is known by what it holds."""
    names, here = list[Token](), manifest
    for token in tokens:
        inner = child(here, token)
        names.append(_name(inner) if isinstance(here, list) and inner is not None else token)
        here = inner
    return pointer(names)


def _name(element: JsonValue) -> str:
    name = element.get("name") if isinstance(element, dict) else element
    if isinstance(name, str) and name:
        return name
    import hashlib  # takes long to load, and few findings need it

    return hashlib.sha256(json.dumps(element, sort_keys=True).encode()).hexdigest()[:16]
