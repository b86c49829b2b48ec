"""Who asked for a change of the product's own rules, and who agreed: what their histories tell, since a worker makes the change."""

import json
from typing import Any

from audit.models import Event
from autonomy.actions.base import Ask

APPROVALS = ("request.approved", "request.vote_recorded")


def asked_by(ask: Ask[Any]) -> str:
    return ask.request.requester_name if ask.request else ""


def approved_by(ask: Ask[Any]) -> list[str]:
    """The names of those who approved this very plan, from the ledger."""
    digest = ask.request.plan_digest if ask.request else ""
    events = Event.objects.filter(stream=ask.id, type__in=APPROVALS).order_by("seq")
    votes = [event for event in events if json.loads(bytes(event.body))["data"]["digest"] == digest]
    return list(dict.fromkeys(event.actor_name for event in votes))
