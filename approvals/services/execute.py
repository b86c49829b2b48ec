"""Running exactly what was approved, after judging once more what may have changed since."""

import json

from approvals.reviews import OpenReview, latest
from approvals.services.reopen import back_for_review, reopen_under_new_rules, rules_have_changed, void_lost_approvals
from audit import canonical
from audit.actor import Actor
from audit.ledger import commit, judged_again
from audit.models import Event
from audit.outbox import Message
from autonomy import catalogue
from autonomy.actions.base import ActionFailed, Draft, Drifted, Outcome, Target
from autonomy.models import ActionRequest, Plan
from autonomy.services.claim import Claimed, claim
from autonomy.services.execute import run
from autonomy.services.finish import ended, failure
from autonomy.status import Status


def execute_approved(message: Message) -> None:
    """Claim an approved request and do exactly what its plan says; drifted, it goes back to its reviewers."""
    worker = Actor.worker()
    if not _still_approved(message, actor=worker):
        return
    claimed = claim(message, actor=worker)
    if claimed is None:
        return
    try:
        run(claimed, _do, actor=worker)
    except Drifted as drifted:
        back_for_review(claimed, drifted.draft, actor=worker)


def _do(claimed: Claimed) -> Outcome:
    request = claimed.request
    return catalogue.action(request.action).execute_approved(catalogue.ask_of(request), _approved_draft(request))


@judged_again
def _still_approved(message: Message, *, actor: Actor) -> bool:
    """Whether the approval holds under today's roles, rules and records; if not, the request is moved on accordingly."""
    request = ActionRequest.objects.select_related("plan").get(pk=message.stream)
    if request.status == Status.RUNNING:
        return True  # judged at its first claim; this one goes on where a worker was lost
    review = latest(request)
    if request.status != Status.QUEUED or review is None:
        return False
    if _tampered(request):
        error = ActionFailed(
            "The stored request is not the one that the ledger tells of.",
            reason="Tampered",
            hint="manage.py audit_verify names what was altered.",
        )
        commit(ended(request, Status.FAILED, failure(error), actor=actor).withdraw())
        return False
    if rules_have_changed(review):
        reopen_under_new_rules(review, actor=actor)
        return False
    return _quorum_holds(review, actor=actor)


def _quorum_holds(review: OpenReview, *, actor: Actor) -> bool:
    if not review.missing():
        return True
    void_lost_approvals(review, actor=actor)
    return False


def _tampered(request: ActionRequest) -> bool:
    """Whether parameters or plan differ from what the first event and the plan's digest say."""
    first = Event.objects.get(stream=request.id, seq=1)
    told = json.loads(bytes(first.body))["data"]["parameters"]
    plan = request.plan
    return told != canonical.digest(request.parameters) or plan is None or canonical.digest_of_bytes(bytes(plan.body)) != plan.digest


def _approved_draft(request: ActionRequest) -> Draft:
    plan = Plan.objects.get(request=request, pk=request.plan_id or "")
    body = json.loads(bytes(plan.body))
    return Draft(
        target=Target(**body["target"]),
        uid=body["uid"],
        before=body["before"],
        after=body["after"],
        diff=body["diff"],
        resource_version=plan.resource_version,
    )
