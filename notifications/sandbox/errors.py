"""Errors as Slack's Web API answers them."""

from collections.abc import Sequence

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails


class ApiError(Exception):
    """A call that Slack refuses: `code` is its `error`, `messages` its `response_metadata.messages`."""

    def __init__(self, code: str, messages: Sequence[str] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.messages = list(messages)

    def body(self) -> dict[str, JsonValue]:
        answer: dict[str, JsonValue] = {"ok": False, "error": self.code}
        if self.messages:
            answer["errors"] = list(self.messages)
            answer["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return answer


class RateLimited(ApiError):
    """HTTP 429 with `Retry-After: seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


class ControlError(Exception):
    """What a caller of `/sandbox/...` did wrong: HTTP 400 with this text."""


def explained(error: ValidationError, data: JsonValue, prefix: str = "") -> list[str]:
    """What is wrong with `data`, each message with the JSON pointer of the place, below `prefix`."""
    return [f"{_reason(detail)} [json-pointer:{prefix}{_pointer(detail, data)}]" for detail in error.errors()]


def _reason(detail: ErrorDetails) -> str:
    """Pydantic's limits are inclusive, Slack words them exclusively: `must be less than 76 characters` allows 75."""
    context, name = detail.get("ctx", {}), detail["loc"][-1] if detail["loc"] else ""
    match detail["type"]:
        case "missing" | "union_tag_not_found":
            return f"missing required field: {name if detail['type'] == 'missing' else 'type'}"
        case "extra_forbidden":
            return f"invalid additional property: {name}"
        case "string_too_long":
            return f"must be less than {context['max_length'] + 1} characters"
        case "string_too_short":
            return f"must be more than {context['min_length'] - 1} characters"
        case "too_long":
            return f"no more than {context['max_length']} items allowed"
        case "too_short":
            return f"no fewer than {context['min_length']} items allowed"
        case "union_tag_invalid":
            return f"unsupported type: {context['tag']}"
        case _:
            return detail["msg"]


def _pointer(detail: ErrorDetails, data: JsonValue) -> str:
    """The location inside `data`: pydantic puts the tags of unions and names of absent fields into it, which are no part of the way."""
    way = ""
    for step in detail["loc"]:
        match data, step:
            case dict(), str() if step in data:
                data = data[step]
            case list(), int() if step < len(data):
                data = data[step]
            case _:
                continue
        way += f"/{step}"
    return way.rpartition("/")[0] if detail["type"] == "extra_forbidden" else way
