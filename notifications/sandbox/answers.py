"""An HTTP answer, before it is sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(value: JsonValue, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(value).encode(), "application/json; charset=utf-8", headers or {})


def as_text(text: str, *, status: int = 200) -> Answer:
    return Answer(status, text.encode(), "text/plain; charset=utf-8")
