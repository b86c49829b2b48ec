"""Values as somebody would write them in YAML."""

import json
import re
from collections.abc import Iterator

from guidance.documents.jsontype import JsonValue
from guidance.manifests.scalars import plain

PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./@+-]*(:[A-Za-z0-9_./@+-]+)*")
"""What surely needs no quotes, in flow style neither."""


def scalar(value: JsonValue, like: str = "") -> str:
    """`like` is what stood there: text that was quoted stays quoted that way."""
    if not isinstance(value, str):
        return json.dumps(value)
    if like.startswith("'") and "\n" not in value:
        return "'" + value.replace("'", "''") + "'"
    if not like.startswith('"') and PLAIN.fullmatch(value) and plain(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def flow(value: JsonValue) -> str:
    """On one line: `{requests: {cpu: 100m}}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def member(key: str, value: JsonValue, indent: int, offset: int) -> Iterator[str]:
    """The lines of `key: value`. `offset` is how far lists stand in from their key."""
    start = f"{' ' * indent}{scalar(key)}:"
    if isinstance(value, dict) and value:
        yield start
        for name, item in value.items():
            yield from member(name, item, indent + 2, offset)
    elif isinstance(value, list) and value:
        yield start
        for item in value:
            yield from element(item, indent + offset, offset)
    else:
        yield f"{start} {flow(value)}"


def element(value: JsonValue, indent: int, offset: int) -> Iterator[str]:
    """The lines of `- value`."""
    if not isinstance(value, dict) or not value:
        yield f"{' ' * indent}- {flow(value)}"
        return
    lines = [line for name, item in value.items() for line in member(name, item, indent + 2, offset)]
    yield f"{' ' * indent}- {lines[0].lstrip()}"
    yield from lines[1:]
