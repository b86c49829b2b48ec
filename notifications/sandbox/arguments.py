"""Arguments of a Web API call: form, query string or JSON, as slack_sdk sends them."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from pydantic import JsonValue, TypeAdapter, ValidationError

from notifications.sandbox.errors import ApiError

ANY_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


class Arguments:
    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        self.values = dict(values)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """The argument as text; empty when it is absent or something else."""
        value = self.values.get(name)
        return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""

    def flag(self, name: str) -> bool:
        return self.values.get(name) in (True, "true", "1", 1)

    def structure(self, name: str, error: str) -> JsonValue:
        """A list or object, given as such or as JSON text. Raises ApiError(error)."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return ANY_JSON.validate_json(value)
        except ValidationError as wrong:
            raise ApiError(error) from wrong


def parsed(query: str, body: bytes, content_type: str) -> Arguments:
    """Raises ApiError `invalid_json`, `json_not_object` or `invalid_form_data`."""
    values: dict[str, JsonValue] = dict(parse_qsl(query, keep_blank_values=True))
    if content_type.startswith("application/json"):
        return Arguments({**values, **_json_object(body)})
    try:
        return Arguments({**values, **dict(parse_qsl(body.decode(), keep_blank_values=True))})
    except UnicodeDecodeError as error:
        raise ApiError("invalid_form_data") from error


def _json_object(body: bytes) -> dict[str, JsonValue]:
    try:
        value: JsonValue = json.loads(body or b"{}")
    except ValueError as error:
        raise ApiError("invalid_json") from error
    if not isinstance(value, dict):
        raise ApiError("json_not_object")
    return value
