"""The ledger's events of one request as sentences, in the order in which they happened."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.models import Event

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Moment:
    """One event: `text` says what was done, `detail` quotes why (a comment, an error), `tone` colours it."""

    seq: int
    at: datetime
    by: str
    door: str
    text: str
    detail: str
    tone: str
    type: str
    hash: str


def _needs(data: Data) -> str:
    return ", ".join(f"{required} of {group}" for group, required in data.get("needs", {}).items())


def _error(data: Data) -> str:
    error = (data.get("result") or {}).get("error") or {}
    return " ".join(part for part in (error.get("message", ""), error.get("hint", "")) if part)


def _nothing(_: Data) -> str:
    return ""


def _member(name: str) -> Callable[[Data], str]:
    return lambda data: str(data.get(name) or "")


TELLS: Mapping[str, tuple[str, str, Callable[[Data], str]]] = {
    "request.submitted": ("asked for it", "info", _member("reason")),
    "request.queued": ("asked for it; it needs no approval", "info", _member("reason")),
    "request.refused": ("asked for it; policies refused it", "danger", _member("reason")),
    "request.review_opened": ("planned it and asked its reviewers", "info", _needs),
    "request.vote_recorded": ("approved; more approvals are needed", "success", _member("comment")),
    "request.approved": ("approved; that was the last approval needed", "success", _member("comment")),
    "request.denied": ("denied it", "danger", _member("comment")),
    "request.cancelled": ("cancelled it", "neutral", _nothing),
    "request.expired": ("ended it: nobody decided in time", "warning", _nothing),
    "request.started": ("started the execution", "info", _nothing),
    "request.applied": ("wrote the change; its rollout goes on", "info", _nothing),
    "request.attempt_failed": ("will try again: an attempt failed", "warning", _member("error")),
    "request.succeeded": ("finished it", "success", _nothing),
    "request.failed": ("ended it: it failed", "danger", _error),
    "request.drifted": ("planned it anew: the target had changed since the approval", "warning", _nothing),
    "request.review_reopened": ("asked the reviewers anew", "warning", _member("because")),
    "request.approval_voided": (
        "voided an approval",
        "warning",
        lambda data: f"{', '.join(data.get('lost', []))}: {data.get('because', '')}",
    ),
    "request.planned": ("planned it as a dry run, which changes nothing", "success", _nothing),
}


def history(request_id: UUID) -> list[Moment]:
    return [_moment(event) for event in Event.objects.filter(stream=request_id).order_by("seq")]


def _moment(event: Event) -> Moment:
    text, tone, detail = TELLS.get(event.type, (event.type, "neutral", _nothing))
    data: Data = json.loads(bytes(event.body))["data"]
    return Moment(
        seq=event.seq,
        at=event.at,
        by=event.actor_name,
        door=event.door,
        text=text,
        detail=detail(data),
        tone=tone,
        type=event.type,
        hash=bytes(event.hash).hex(),
    )
