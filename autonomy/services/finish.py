"""How an execution ends, or goes on later: every verb here is the second and last statement of a claim."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from audit import outbox
from audit.actor import Actor
from audit.ledger import Change, commit
from audit.models import Delivery
from autonomy.actions.base import ActionFailed, Outcome
from autonomy.models import ActionRequest
from autonomy.services.claim import Claimed
from autonomy.status import Status, check


def finish(claimed: Claimed, outcome: Outcome, *, actor: Actor) -> None:
    """The write was done: succeeded, or still running while its rollout goes on. Raises Stale when the lease was lost."""
    if outcome.rollout is None:
        change = ended(claimed.request, Status.SUCCEEDED, dict(outcome.result), actor=actor)
    else:
        change = Change(claimed.request, "request.applied", actor, {"result": outcome.result, "rollout": outcome.rollout})
        change.set(result=dict(outcome.result), rollout=dict(outcome.rollout))
    _release(claimed, change, outcome.changes)


def fail(claimed: Claimed, error: ActionFailed, *, actor: Actor) -> None:
    _release(claimed, ended(claimed.request, Status.FAILED, failure(error), actor=actor))


def try_later(claimed: Claimed, error: Exception, *, after: timedelta, actor: Actor) -> None:
    """The attempt met a temporary error: the delivery goes back, to be claimed again after a while."""
    now, told = timezone.now(), str(error) or type(error).__name__
    change = Change(
        claimed.request, "request.attempt_failed", actor, {"error": told, "again_after_seconds": int(after.total_seconds())}, at=now
    )
    change.update(claimed.delivery, lease_until=None, not_before=now + after, published_at=now, last_error=told[:2000])
    commit(change)


def give_up(request: ActionRequest, delivery: Delivery, error: str, *, actor: Actor) -> None:
    """All attempts are used up: failed, visibly, with the last true reason."""
    message = f"Given up after {outbox.MAX_ATTEMPTS} attempts: {error or 'the worker ended each time without an answer'}."
    reason = ActionFailed(message, reason="AttemptsExhausted", hint="Look at the cluster and the workers' logs, then submit it again.")
    commit(ended(request, Status.FAILED, failure(reason), actor=actor).remove(delivery))


def ended(request: ActionRequest, status: Status, result: Mapping[str, object], *, actor: Actor) -> Change:
    """The change that ends a request. Raises IllegalTransition."""
    check(request.status, status)
    change = Change(request, f"request.{status}", actor, {"result": result})
    return change.set(status=status, result=dict(result), rollout=None, finished_at=change.at)


def failure(error: ActionFailed) -> dict[str, object]:
    return {"error": {"reason": error.reason, "message": str(error), "hint": error.hint}}


def _release(claimed: Claimed, change: Change, others: Sequence[Change] = ()) -> None:
    commit(change.remove(claimed.delivery), *others)
    if claimed.lane:
        outbox.publish(outbox.next_in_lane(claimed.lane))
