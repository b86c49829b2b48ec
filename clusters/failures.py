"""From what an API server answers to our errors."""

import json
import re
from dataclasses import dataclass
from typing import Any

from clusters.errors import (
    AlreadyExists,
    ClusterError,
    FieldConflict,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Permanent,
    StaleObject,
    TimedOut,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from clusters.objects import Object

_SIMPLE: dict[int, type[ClusterError]] = {401: Unauthorized, 403: Forbidden, 404: NotFound, 410: Gone, 504: TimedOut}
_UNDECLARED = re.compile(r"(?P<field>\.[^\s:]+): field not declared in schema")
_UNKNOWN = re.compile(r'(?P<kind>unknown|duplicate) field "(?P<field>[^"]+)"')
_MANAGER = re.compile(r'conflict with "(?P<manager>[^"]*)"')


@dataclass(frozen=True)
class Answer:
    """A whole answer of an API server, whatever its status."""

    status: int
    body: bytes
    warnings: tuple[str, ...] = ()
    retry_after: str | None = None

    @property
    def ok(self) -> bool:
        return self.status < 300


def failure_of(answer: Answer) -> ClusterError:
    """The error that an answer with a status of 300 or more means."""
    try:
        status = json.loads(answer.body)
    except ValueError:
        status = None
    if not isinstance(status, dict) or status.get("kind") != "Status":
        status = {"message": answer.body[:200].decode(errors="replace").strip() or f"HTTP status {answer.status}"}
    return failure_of_status({**status, "code": answer.status}, retry_after=_seconds(answer.retry_after))


def failure_of_status(status: Object, *, retry_after: float | None = None) -> ClusterError:
    """The error that a `Status` object means; `retry_after` in seconds."""
    code, message, reason = status.get("code") or 500, status.get("message") or "", status.get("reason") or ""
    details = status.get("details") or {}
    causes = details.get("causes") or []
    if code == 409:
        return _conflict(message, reason, causes)
    if code in (400, 405, 406, 413, 415, 422) or (code == 500 and _UNDECLARED.search(message)):
        return _invalid(message, reason, causes)
    if code == 429:
        seconds = retry_after if retry_after is not None else float(details.get("retryAfterSeconds") or 1)
        return TooManyRequests(message, retry_after=seconds)
    if kind := _SIMPLE.get(code):
        return kind(message, reason=reason)
    if code >= 500:
        return Unavailable(message, reason=reason, status=code, retry_after=retry_after)
    return Permanent(message, reason=reason, status=code)


def _conflict(message: str, reason: str, causes: list[dict[str, Any]]) -> ClusterError:
    foreign = [cause for cause in causes if cause.get("reason") == "FieldManagerConflict"]
    if foreign:
        managers = (match["manager"] if (match := _MANAGER.search(cause.get("message", ""))) else "unknown" for cause in foreign)
        return FieldConflict(message, managers=tuple(dict.fromkeys(managers)), fields=tuple(cause.get("field", "") for cause in foreign))
    if reason == "AlreadyExists":
        return AlreadyExists(message)
    return StaleObject(message)


def _invalid(message: str, reason: str, causes: list[dict[str, Any]]) -> ClusterError:
    if any(cause.get("field") == "metadata.uid" for cause in causes):
        return StaleObject(message)  # an apply names another uid: Kubernetes calls that a change of an immutable field
    errors = tuple(FieldError(cause.get("field", ""), cause.get("message", "")) for cause in causes)
    if not errors:
        undeclared = [FieldError(match["field"].lstrip("."), "field not declared in schema") for match in _UNDECLARED.finditer(message)]
        unknown = [FieldError(match["field"], f"{match['kind']} field") for match in _UNKNOWN.finditer(message)]
        errors = tuple(undeclared or unknown)
    return Invalid(message, errors=errors, reason="Invalid" if reason in ("", "InternalError") else reason)


def _seconds(retry_after: str | None) -> float | None:
    try:
        return max(float(retry_after), 0.0) if retry_after else None
    except ValueError:
        return None  # a date: nothing in Kubernetes sends one
