"""The ledger's events of one policy as sentences, the newest first."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.models import Event
from guidance.models import Policy
from guidance.policies.enforcing import Local

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Moment:
    """One event: `text` says what was done, `detail` more about it, `tone` colours it; `request` is the one that asked for it."""

    seq: int
    at: datetime
    by: str
    text: str
    detail: str
    tone: str
    request: str | None
    type: str
    hash: str


def _level(data: Data) -> str:
    values = data.get("values") or data
    local = [Local.of(row) for row in values.get("enforcement_in", [])]
    levels = [values.get("enforcement", ""), *(f"{one.level} in {one.place}" for one in local)]
    return ", ".join([f"version {values['version']}", *filter(None, levels)])


def _exempted(data: Data) -> str:
    what = data["namespace"] if data["kind"] == "Namespace" else f"{data['namespace']}/{data['kind']}/{data['name']}"
    return f"{data['cluster']}/{what} until {data['until'][:16].replace('T', ' ')} UTC: {data['reason']}"


def _by(event: Event, data: Data) -> str:
    """A worker makes the changes that people ask for."""
    asked, agreed = data.get("asked_by"), data.get("approved_by") or data.get("granted_by")
    if event.type == "Policy.exemption_over" or not asked:
        return event.actor_name
    return f"{asked}, approved by {', '.join(agreed)}," if agreed else str(asked)


def _nothing(_: Data) -> str:
    return ""


TELLS: Mapping[str, tuple[str, str, Callable[[Data], str]]] = {
    "Policy.loaded": ("loaded it", "info", _level),
    "Policy.created": ("brought it into force", "success", _level),
    "Policy.replaced": ("changed it", "info", _level),
    "Policy.removed": ("removed it", "danger", _nothing),
    "Policy.exempted": ("let something pass", "warning", _exempted),
    "Policy.exemption_ended": ("ended an exemption", "info", _exempted),
    "Policy.exemption_over": ("told that an exemption was over", "neutral", _exempted),
}


def history(policy: Policy, most: int) -> list[Moment]:
    """The newest of them."""
    return [_moment(event) for event in Event.objects.filter(stream=policy.pk).order_by("-seq")[:most]]


def _moment(event: Event) -> Moment:
    text, tone, detail = TELLS.get(event.type, (event.type, "neutral", _nothing))
    data: Data = json.loads(bytes(event.body))["data"]
    return Moment(
        seq=event.seq,
        at=event.at,
        by=_by(event, data),
        text=text,
        detail=detail(data),
        tone=tone,
        request=data.get("request"),
        type=event.type,
        hash=bytes(event.hash).hex(),
    )
