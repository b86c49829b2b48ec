"""From what an API server answers to our errors."""

import json
import re
from collections.abc import Iterator
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
_MISSHAPEN = re.compile(r"failed to (?:create typed patch|convert new) object \(.*?\)(?: to proper version)?: (?P<flaws>.*)", re.DOTALL)
_FLAW = re.compile(r"^\s*(?P<field>\.\S+): (?P<message>.*)$", re.MULTILINE)
_UNKNOWN = re.compile(r'(?P<kind>unknown|duplicate) field "(?P<field>[^"]+)"')
_UNMARSHAL = re.compile(r"cannot unmarshal (?P<got>\S+) into Go struct field [^.\s]+\.(?P<field>\S+) of type (?P<type>\S+)")
_PATCHED = re.compile(r'Invalid value: "(?:[^"\\]|\\.)*": (?P<why>.*)', re.DOTALL)
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
    if code in (400, 405, 406, 413, 415, 422) or (code == 500 and _MISSHAPEN.search(message)):
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
    if [cause.get("field") for cause in causes] == ["patch"] and (patched := _PATCHED.search(message)):
        message, causes = patched["why"], []  # what is left out is the whole patched object
    errors = tuple(FieldError(cause.get("field", ""), cause.get("message", "")) for cause in causes) or tuple(_told_in(message))
    return Invalid(message, errors=errors, reason=reason if reason and reason != "InternalError" else "Invalid")


def _told_in(message: str) -> Iterator[FieldError]:
    """Fields that are named in the message alone: of an apply of a wrong shape (a 500 in Kubernetes), and of strict decoders."""
    if misshapen := _MISSHAPEN.search(message):
        yield from (FieldError(match["field"].lstrip("."), match["message"]) for match in _FLAW.finditer(misshapen["flaws"]))
    yield from (FieldError(match["field"], f"{match['kind']} field") for match in _UNKNOWN.finditer(message))
    yield from (FieldError(match["field"], f"must be {match['type']}, not {match['got']}") for match in _UNMARSHAL.finditer(message))


def _seconds(retry_after: str | None) -> float | None:
    try:
        return max(float(retry_after), 0.0) if retry_after else None
    except ValueError:
        return None  # a date: nothing in Kubernetes sends one
