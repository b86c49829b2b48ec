"""The words and colours of a request, the same on every page."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.timesince import timesince

from autonomy import catalogue
from autonomy.models import ActionRequest, Level
from autonomy.status import Status

STATUS_TONES: Mapping[str, str] = {
    Status.SUBMITTED: "info",
    Status.POLICY_FAILED: "danger",
    Status.PLANNED: "success",
    Status.AWAITING_APPROVAL: "warning",
    Status.QUEUED: "info",
    Status.RUNNING: "info",
    Status.SUCCEEDED: "success",
    Status.FAILED: "danger",
    Status.DENIED: "danger",
    Status.CANCELLED: "neutral",
    Status.EXPIRED: "neutral",
}
LEVEL_TONES: Mapping[int, str] = {Level.FULL: "success", Level.GUIDED: "info", Level.RESTRICTED: "warning"}


def action_title(name: str) -> str:
    """What the catalogue calls it; the bare name where it is not in the catalogue any more."""
    found = catalogue.actions().get(name)
    return found.title if found else name


def ago(at: datetime) -> str:
    """How long ago, in one unit."""
    told = timesince(at, depth=1)
    return "just now" if told.startswith("0") else f"{told} ago"


def title_of(request: ActionRequest) -> str:
    return f"{action_title(request.action)}: {request.name}"
