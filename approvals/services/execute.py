"""Running exactly what was approved, after judging once more what may have changed since."""

import json
import logging
from datetime import datetime
from typing import Any

from approvals import reviews
from approvals.reviews import OpenReview
from approvals.services.reopen import (
    back_for_review,
    reopen_under_new_policies,
    reopen_under_new_rules,
    rules_have_changed,
    void_lost_approvals,
)
from audit import canonical
from audit.actor import Actor
from audit.ledger import commit, judged_again
from audit.outbox import Message, next_in_lane, publish
from audit.statement import Stale
from autonomy import catalogue
from autonomy.actions.base import ActionFailed, Draft, Drifted, Outcome, Target
from autonomy.models import ActionRequest, Level, Plan
from autonomy.services.claim import Claimed, Recorded, claim_with_record
from autonomy.services.execute import run
from autonomy.services.finish import ended, failure
from autonomy.services.judge import new_violations
from autonomy.services.record import essentials
from autonomy.status import Status
from clusters.errors import Temporary
from guidance.judging.evaluation import Evaluation

log = logging.getLogger(__name__)
OVERRIDE_ENDED = ActionFailed(
    "The time until which the override was asked for was over before it could run.",
    reason="OverrideEnded",
    hint="Mend the manifest, or submit it with an override that ends later.",
)


def execute_approved(message: Message) -> None:
    """Claim an approved request and do exactly what its plan says; drifted, it goes back to its reviewers."""
    worker = Actor.worker()
    found = claim_with_record(message, judged=False, actor=worker) or _judged_and_claimed(message, worker)
    if found is None:
        return
    try:
        run(found.claimed, lambda _: _do(found), actor=worker)
    except Drifted as drifted:
        _ask_again(found.claimed, drifted.draft, actor=worker)


def _judged_and_claimed(message: Message, worker: Actor) -> Recorded | None:
    try:
        return claim_with_record(message, judged=True, actor=worker) if _still_approved(message, actor=worker) else None
    except Temporary as error:
        log.warning("request %s cannot be judged yet, the sweeper brings it again: %s", message.stream, error)
        return None


def _ask_again(claimed: Claimed, draft: Draft, *, actor: Actor) -> None:
    try:
        back_for_review(claimed, draft, actor=actor)
    except Stale:
        log.warning("request %s: the lease was lost, whoever holds it now goes on", claimed.request.id)


def _do(found: Recorded) -> Outcome:
    """Raises ActionFailed, Drifted."""
    request = found.claimed.request
    if request.plan is None or _tampered(found, request.plan):
        told = "The stored request is not the one that the ledger tells of."
        raise ActionFailed(told, reason="Tampered", hint="manage.py audit_verify names what was altered.")
    return catalogue.action(request.action).execute_approved(catalogue.ask_of(request), _approved_draft(request.plan))


@judged_again
def _still_approved(message: Message, *, actor: Actor) -> bool:
    """Whether its approval holds under today's roles, rules and policies; if not, the request is moved on accordingly."""
    request, review = reviews.read(message.stream)
    if request is None or request.status not in {Status.QUEUED, Status.RUNNING}:
        return False
    if request.status == Status.RUNNING:
        return True  # people, rules and override were judged at its first claim; this one goes on where a worker was lost
    if review is None:
        return False
    if _override_has_ended(review):
        _end(request, OVERRIDE_ENDED, actor=actor)
        return False
    if rules_have_changed(review):
        reopen_under_new_rules(review, actor=actor)
        return False
    if (added := new_violations(request)).findings:
        _policies_object(review, added, actor=actor)
        return False
    if review.missing():
        void_lost_approvals(review, actor=actor)
        return False
    return True


def _policies_object(review: OpenReview, added: Evaluation, *, actor: Actor) -> None:
    """Reviewers may weigh soft-mandatory policies at Level 3; hard ones, and those that an override does not name, end the request."""
    request = review.request
    if request.level == Level.RESTRICTED and not added.hard:
        reopen_under_new_policies(review, added, actor=actor)
        return
    first = added.findings[0]
    hint = "Mend what the policy names and submit it again."
    _end(request, ActionFailed(f"{first.policy} refuses it since: {first.message}", reason="PolicyChanged", hint=hint), actor=actor)


def _end(request: ActionRequest, error: ActionFailed, *, actor: Actor) -> None:
    commit(ended(request, Status.FAILED, failure(error), actor=actor).withdraw())
    publish(next_in_lane(request.where))


def _override_has_ended(review: OpenReview) -> bool:
    """By the database's clock; an approved override can have to wait for its turn until it is over."""
    override = review.request.override
    return override is not None and datetime.fromisoformat(override["until"]) <= review.now


def _tampered(found: Recorded, plan: Plan) -> bool:
    """Whether what was claimed differs from what the ledger tells was asked for and approved."""
    asked, approved = _data_of(found.asked), _data_of(found.approved)
    if asked is None or approved is None:
        return True
    if any(asked.get(name) != value for name, value in essentials(found.claimed.request).items()):
        return True
    return not approved["digest"] == plan.digest == canonical.digest_of_bytes(bytes(plan.body))


def _data_of(event: bytes | None) -> dict[str, Any] | None:
    return None if event is None else json.loads(event)["data"]


def _approved_draft(plan: Plan) -> Draft:
    body = json.loads(bytes(plan.body))
    return Draft(
        target=Target(**body["target"]),
        uid=body["uid"],
        before=body["before"],
        after=body["after"],
        diff=body["diff"],
        resource_version=plan.resource_version,
    )
