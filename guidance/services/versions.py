"""What a policy was before, from the ledger: its stream tells every body that ever was in force."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.models import Event
from guidance.models import Policy

CHANGES = ("Policy.loaded", "Policy.created", "Policy.replaced")


@dataclass(frozen=True)
class Version:
    """A body, since when it was in force, and the request that asked for it (None: loaded by a command)."""

    version: str
    source: str
    since: datetime
    request: UUID | None


def versions(policy: Policy) -> list[Version]:
    """The newest first."""
    found: list[Version] = []
    for event in Event.objects.filter(stream=policy.pk, type__in=CHANGES).order_by("seq"):
        data = json.loads(bytes(event.body))["data"]
        values = data.get("values") or data  # what was loaded before 'values' were told
        if not found or found[-1].source != values["source"]:
            request = UUID(data["request"]) if data.get("request") else None
            found.append(Version(values["version"], values["source"], event.at, request))
    return found[::-1]
