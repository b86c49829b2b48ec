"""What the watcher has seen of a rollout."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from audit import canonical
from audit.actor import Actor
from audit.ledger import Change, commit, judged_again
from autonomy.actions.base import ActionFailed
from autonomy.models import ActionRequest
from autonomy.services.finish import ended, failure
from autonomy.status import Status
from clusters.objects import Object
from clusters.rollout import FAILED_CREATE, judge

HINTS = {
    FAILED_CREATE: "Correct what it names with deployment.apply; where a quota is full, ask for less, or for a larger one with quota.set. "
    "The cluster keeps trying, and finishes the rollout by itself once the pods are let in.",
}
"""Where more can be said than that the pods say more, by reason."""


@judged_again
def observe(request_id: UUID, deployment: Object | None, pods: Sequence[Object], *, actor: Actor, now: datetime) -> ActionRequest:
    """End the request when its rollout is done, has failed, was superseded or is overdue; otherwise change nothing.

    `deployment` is None when it is gone. Level-triggered: it may be called any number of times with any state.
    """
    request = ActionRequest.objects.get(pk=request_id)
    if request.status != Status.RUNNING or request.rollout is None:
        return request
    change = _verdict(request, deployment, pods, actor=actor, now=now)
    if change is not None:
        commit(change)
    return request


def _verdict(request: ActionRequest, deployment: Object | None, pods: Sequence[Object], *, actor: Actor, now: datetime) -> Change | None:
    rollout = request.rollout or {}
    if deployment is None or deployment["metadata"]["uid"] != rollout["uid"]:
        return _failed(request, "Deleted", "The Deployment was deleted before its rollout was done.", actor)
    seen = judge(deployment, rollout["generation"], pods, template=rollout["template"], now=now)
    if seen.state == "superseded":
        return _failed(request, "Superseded", "A later change of the pod template replaced this rollout before it was done.", actor)
    if seen.state == "succeeded":
        return ended(request, Status.SUCCEEDED, {**(request.result or {}), "message": seen.detail}, actor=actor)
    if seen.state == "failed":
        return _failed(request, seen.reason, seen.detail, actor)
    if canonical.utc_text(now) >= rollout["deadline"]:
        return _failed(request, "DeadlineExceeded", f"The rollout was not done in time: {seen.detail}", actor)
    return None


def _failed(request: ActionRequest, reason: str, message: str, actor: Actor) -> Change:
    hint = HINTS.get(reason, "The pods and their events say more; deployment.apply with a mended manifest starts a new rollout.")
    return ended(request, Status.FAILED, failure(ActionFailed(message, reason=reason, hint=hint)), actor=actor)
