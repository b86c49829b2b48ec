"""Approving and denying."""

from uuid import UUID

from approvals import reviews
from approvals.errors import AlreadyDecided, CommentMissing, CommentUnfit, NotOpen, ReviewChanged
from approvals.models import Decision
from approvals.plans import plan_changed
from approvals.quorum import Vote
from approvals.reviews import OpenReview
from approvals.services.reopen import reopen_under_new_rules, rules_have_changed
from audit.actor import Actor
from audit.epoch import Epoch
from audit.ledger import Change, commit, judged_again
from autonomy import queries
from autonomy.services.judge import new_violations
from autonomy.status import Status

APPROVE, DENY = Decision.Verdict.APPROVE, Decision.Verdict.DENY
LONGEST_COMMENT = 2000


@judged_again
def approve(request_id: UUID, *, actor: Actor, digest: str, comment: str = "", epoch: Epoch | None = None) -> OpenReview:
    """Record an approval of exactly the plan with this digest; queue the request when nothing is missing.

    Returns the review with it. The same approval again changes nothing.

    Raises MayNotSee, OwnRequest, NotAPerson, NotYourStage, NotOpen, ReviewExpired,
    AlreadyDecided, PlanChanged, ReviewChanged, CommentUnfit.
    """
    _check(comment)
    review = _review(request_id, actor, epoch)
    request = review.request
    if _is_repetition(review, actor, APPROVE, digest):
        return review
    _guard(review, actor)
    if digest != request.plan_digest:
        raise plan_changed(request, digest)
    _guard_rules(review, actor)
    decision = _decision(review, actor, APPROVE, comment)
    complete = not review.missing(Vote(decision.person, frozenset(decision.groups)))
    change = Change(request, "request.approved" if complete else "request.vote_recorded", actor, _data(decision), at=decision.at).add(
        decision
    )
    if complete and _nothing_is_left_to_judge(review):
        change.judged_in = review.epoch.id
    commit(change.set(status=Status.QUEUED if complete else Status.AWAITING_APPROVAL))
    return review.with_decision(decision)


@judged_again
def deny(request_id: UUID, *, actor: Actor, comment: str) -> OpenReview:
    """End the request with a reason. The same denial again changes nothing.

    Raises CommentMissing besides what `approve` raises.
    """
    if not comment.strip():
        raise CommentMissing(pointer="/comment")
    _check(comment)
    review = _review(request_id, actor)
    request = review.request
    if _is_repetition(review, actor, DENY, request.plan_digest):
        return review
    _guard(review, actor)
    decision = _decision(review, actor, DENY, comment)
    change = Change(request, "request.denied", actor, _data(decision), at=decision.at).add(decision)
    commit(change.set(status=Status.DENIED, finished_at=change.at))
    return review.with_decision(decision)


def _nothing_is_left_to_judge(review: OpenReview) -> bool:
    """Whether only the end of an epoch can bring what execution would have to judge; the time of an override is not of an epoch."""
    if review.request.override is not None:
        return False
    found = new_violations(review.request, review.epoch)
    return not (found.findings or found.of_the_moment)


def _check(comment: str) -> None:
    if len(comment) > LONGEST_COMMENT or "\0" in comment:
        raise CommentUnfit(pointer="/comment")


def _review(request_id: UUID, actor: Actor, epoch: Epoch | None = None) -> OpenReview:
    found, review = reviews.read(request_id, epoch)
    request = queries.seen(found, request_id, actor=actor)
    if review is None:
        raise NotOpen(f"The request is {request.status}.", current=request.status)
    return review


def _is_repetition(review: OpenReview, actor: Actor, verdict: Decision.Verdict, digest: str) -> bool:
    """Raises AlreadyDecided when the same person has said the opposite."""
    before = review.decision_of(actor)
    if before is None:
        return False
    if before.verdict != verdict:
        raise AlreadyDecided(f"{before.name} chose to {before.verdict} at {before.at.isoformat()}.", current=review.request.status)
    if before.digest != digest:
        raise plan_changed(review.request, digest)
    return True


def _guard(review: OpenReview, actor: Actor) -> None:
    refusal = review.refusal(actor)
    if refusal is not None:
        raise refusal


def _guard_rules(review: OpenReview, actor: Actor) -> None:
    """A rule that was changed or deleted while the request waited fails closed: asked anew, or ended where nobody is left."""
    if rules_have_changed(review):
        reopen_under_new_rules(review, actor=Actor.worker())
        raise ReviewChanged(f"{actor.name} would have decided under rules that do not hold any more.")


def _decision(review: OpenReview, actor: Actor, verdict: Decision.Verdict, comment: str) -> Decision:
    (person,) = actor.people
    return Decision(
        review=review.review,
        account_id=actor.account,
        person=person,
        name=actor.name,
        groups=sorted(review.groups_of(actor)),
        verdict=verdict,
        comment=comment,
        digest=review.request.plan_digest,
        door=actor.door,
        at=review.now,
    )


def _data(decision: Decision) -> dict[str, object]:
    return {
        "decision": decision.pk,
        "verdict": decision.verdict,
        "groups": decision.groups,
        "comment": decision.comment,
        "digest": decision.digest,
    }
