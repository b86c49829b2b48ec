"""Submitting: the one verb behind every door that asks for an action."""

from django.utils import timezone

from approvals.errors import NoRuleMatches
from approvals.routing import route
from audit.actor import Actor
from autonomy.models import ActionRequest
from autonomy.services.judge import judge
from autonomy.services.record import record, replayed
from autonomy.submission import Submission


def submit(submission: Submission, *, actor: Actor) -> tuple[ActionRequest, bool]:
    """Judge and record a request; True when the idempotency key had given it before.

    Raises what `judge` and `record` raise, IdempotencyMismatch, and NoRuleMatches where nobody could approve it.
    """
    now = timezone.now()
    before = replayed(submission, actor=actor, now=now)
    if before is not None:
        return before, True
    judgement = judge(submission, actor=actor, now=now)
    if judgement.waits and route(judgement.request, judgement.owners) is None:
        raise NoRuleMatches(f"No approval rule matches {judgement.request}.")
    return record(judgement, submission, actor=actor), False
