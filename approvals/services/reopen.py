"""Asking again: what was approved, or who must approve, is not what it was."""

from approvals.reviews import OpenReview
from approvals.services.open_review import current_route, nobody, with_review
from audit.actor import Actor
from audit.ledger import Change, commit
from audit.outbox import next_in_lane, publish
from autonomy.actions.base import Draft
from autonomy.models import ActionRequest
from autonomy.services.claim import Claimed
from autonomy.services.finish import ended, failure
from autonomy.services.plan import plan_row
from autonomy.status import Status, check
from guidance.judging.evaluation import Evaluation


def rules_have_changed(review: OpenReview) -> bool:
    """Whether the rules that were read with it would ask other people, or more of them, than the review does."""
    found = current_route(review.request, review.rules)
    return found is None or {need.group: need.required for need in found.needs} != {need.group: need.required for need in review.needs}


def reopen_under_new_rules(review: OpenReview, *, actor: Actor) -> None:
    """A new review of the same plan under the rules of now, or the end where no rule matches. Raises Stale."""
    data = {"because": "the approval rules have changed", "digest": review.request.plan_digest}
    change = Change(review.request, "request.review_reopened", actor, data)
    _reopen(review.request, change, because="The approval rules have changed.")


def reopen_under_new_policies(review: OpenReview, added: Evaluation, *, actor: Actor) -> None:
    """A Level 3 request that soft-mandatory policies object to since is shown to its reviewers with what they say. Raises Stale."""
    request = review.request
    policies = sorted({finding.policy for finding in added.findings})
    data = {"because": "the policies have changed", "policies": policies, "digest": request.plan_digest}
    change = Change(request, "request.review_reopened", actor, data)
    change.set(findings=[*request.findings, *(finding.as_json() for finding in added.findings)], mended=added.mended)
    _reopen(request, change, because=f"The policies have changed: {', '.join(policies)}.")


def _reopen(request: ActionRequest, change: Change, *, because: str) -> None:
    """The same plan under the rules of now, or the end where nobody is named any more."""
    found = current_route(request)
    if found is None or request.plan is None:
        commit(ended(request, Status.FAILED, failure(nobody(request)), actor=change.actor).withdraw())
    else:
        check(request.status, Status.AWAITING_APPROVAL)
        commit(with_review(change.withdraw(), request.plan, found, because=because))
    publish(next_in_lane(request.where))


def void_lost_approvals(review: OpenReview, *, actor: Actor) -> None:
    """Somebody who approved may not decide any more, having left the group, say: the same review waits for others. Raises Stale."""
    request = review.request
    check(request.status, Status.AWAITING_APPROVAL)
    change = Change(request, "request.approval_voided", actor, {"lost": review.lost(), "because": "no longer among those who may decide"})
    commit(change.withdraw().set(status=Status.AWAITING_APPROVAL))
    publish(next_in_lane(request.where))


def back_for_review(claimed: Claimed, draft: Draft, *, actor: Actor) -> None:
    """The target had drifted: a new plan is reviewed by the people whom the rules name now. Raises Stale."""
    request = claimed.request
    found = current_route(request)
    if found is None:
        commit(ended(request, Status.FAILED, failure(nobody(request)), actor=actor).remove(claimed.delivery))
        publish(next_in_lane(claimed.lane))
        return
    plan = plan_row(request, draft)
    change = Change(request, "request.drifted", actor, {"digest": plan.digest, "plan": plan.number, "was": request.plan_digest})
    commit(with_review(change.add(plan).remove(claimed.delivery), plan, found, because="The target has changed since it was approved."))
    publish(next_in_lane(claimed.lane))
