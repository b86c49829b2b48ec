"""Pure: what the page of a request says of how it stands, so that what has ended reads as history."""

from collections.abc import Mapping

from autonomy.models import ActionRequest, Level
from autonomy.status import Status

CHANGE: Mapping[str, str] = {
    Status.SUBMITTED: "What would change",
    Status.AWAITING_APPROVAL: "What would change",
    Status.PLANNED: "What would change",
    Status.QUEUED: "What will change",
    Status.RUNNING: "What is changing",
    Status.SUCCEEDED: "What was changed",
    Status.FAILED: "What was to be changed",
    Status.POLICY_FAILED: "What would have changed",
    Status.DENIED: "What would have changed",
    Status.CANCELLED: "What would have changed",
    Status.EXPIRED: "What would have changed",
}
"""The headline of the plan. A failed request may have changed a part."""

NOTHING_TO_DECIDE: Mapping[str, str] = {
    Status.PLANNED: "It was a dry run: there is nothing to decide.",
    Status.QUEUED: "It needs no approval.",
    Status.RUNNING: "It needs no approval.",
    Status.SUCCEEDED: "It needed no approval.",
    Status.FAILED: "It has failed: there is nothing to decide any more.",
    Status.POLICY_FAILED: "Policies refused it, so nobody is asked.",
    Status.DENIED: "It was denied.",
    Status.CANCELLED: "It was cancelled: there is nothing to decide any more.",
    Status.EXPIRED: "Nobody decided in time.",
}


def nothing_to_decide(request: ActionRequest, *, reviewed: bool) -> str:
    """Why nobody can decide, whoever looks; empty while people still can, or will."""
    if reviewed and request.status in {Status.QUEUED, Status.RUNNING, Status.SUCCEEDED}:
        return "It was approved."
    return NOTHING_TO_DECIDE.get(request.status, "")


def without_plan(request: ActionRequest) -> str:
    if request.status == Status.SUBMITTED:
        return "A worker is making the plan; this page shows it as soon as it is there."
    if request.status == Status.POLICY_FAILED:
        return "Policies refused it before there was a plan."
    if request.level == Level.RESTRICTED or request.dry_run or request.override:
        return "It ended before there was a plan."
    return "There is no plan: what needs no approval runs as asked."
