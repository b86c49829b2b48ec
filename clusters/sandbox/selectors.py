"""Label and field selectors of lists and watches."""

import re
from collections.abc import Callable
from typing import Any

from clusters.objects import Object
from clusters.sandbox.refusals import bad_request

_SET = re.compile(r"(?P<key>\S+)\s+(?P<operator>in|notin)\s+\((?P<values>[^)]*)\)")
_EQUALS = re.compile(r"(?P<key>[^!=\s]+)\s*(?P<operator>==|=|!=)\s*(?P<value>\S*)")
_EXISTS = re.compile(r"(?P<not>!?)\s*(?P<key>[^!=\s()]+)")
_PARTS = re.compile(r"(?:[^,(]|\([^)]*\))+")
Test = Callable[[Any], bool]


def selector(labels: str, fields: str) -> Callable[[Object], bool]:
    """Raises Refused (400) for what cannot be read."""
    by_label = [_requirement(part.strip()) for part in _PARTS.findall(labels)]
    by_field = [_requirement(part.strip()) for part in _PARTS.findall(fields)]

    def matches(obj: Object) -> bool:
        own: dict[str, str] = obj["metadata"].get("labels") or {}
        return all(test(own.get(key)) for key, test in by_label) and all(test(_field(obj, key)) for key, test in by_field)

    return matches


def _requirement(text: str) -> tuple[str, Test]:
    if match := _SET.fullmatch(text):
        values = {value.strip() for value in match["values"].split(",")}
        return match["key"], (lambda value: value in values) if match["operator"] == "in" else (lambda value: value not in values)
    if match := _EQUALS.fullmatch(text):
        wanted = match["value"]
        return match["key"], (lambda value: value != wanted) if match["operator"] == "!=" else (lambda value: value == wanted)
    if match := _EXISTS.fullmatch(text):
        return match["key"], (lambda value: value is None) if match["not"] else (lambda value: value is not None)
    raise bad_request(f"unable to parse requirement: {text!r}")


def _field(obj: Object, path: str) -> Any:
    value: Any = obj
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
