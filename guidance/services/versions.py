"""What a policy was before, from the ledger: its stream tells every body that ever was in force, removals in between included."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.models import Event
from audit.names import stream_of
from guidance.models import Policy

REMOVAL = "Policy.removed"
CHANGES = ("Policy.loaded", "Policy.created", "Policy.replaced", REMOVAL)


@dataclass(frozen=True)
class Version:
    """A body, from when until when it was in force (None: it still is), and the request that asked for it (None: loaded by a command)."""

    version: str
    source: str
    since: datetime
    until: datetime | None
    request: UUID | None


def versions(policy: Policy) -> list[Version]:
    """The newest first."""
    return _told_by(policy.pk)


def newest(slug: str) -> Version | None:
    """The last body that had this name, whether it is in force or was removed."""
    return next(iter(_told_by(stream_of(Policy, slug))), None)


def _told_by(stream: UUID) -> list[Version]:
    found: list[Version] = []
    for event in Event.objects.filter(stream=stream, type__in=CHANGES).order_by("seq"):
        data = json.loads(bytes(event.body))["data"]
        values = data.get("values") or data  # what was loaded before 'values' were told
        in_force = found[-1] if found and found[-1].until is None else None
        if in_force and event.type != REMOVAL and in_force.source == values["source"]:
            continue
        if in_force:
            found[-1] = replace(in_force, until=event.at)
        if event.type != REMOVAL:
            found.append(_version(event, data, values))
    return found[::-1]


def _version(event: Event, data: dict[str, Any], values: dict[str, Any]) -> Version:
    request = UUID(data["request"]) if data.get("request") else None
    return Version(values["version"], values["source"], event.at, None, request)
