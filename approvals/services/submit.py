"""Submitting: the one verb behind every door that asks for an action."""

from django.utils import timezone

from approvals.errors import NoRuleMatches
from approvals.routing import route, rules_in_force
from audit.actor import Actor
from autonomy.models import ActionRequest
from autonomy.rulebook import consult
from autonomy.services.judge import judge
from autonomy.services.record import record, replayed
from autonomy.submission import Submission


def submit(submission: Submission, *, actor: Actor) -> tuple[ActionRequest, bool]:
    """Judge and record a request; True when the idempotency key had given it before.

    Raises what `judge` and `record` raise, IdempotencyMismatch, and NoRuleMatches where nobody could approve it.
    """
    now = timezone.now()
    consulted = consult(submission.cluster, submission.namespace, account=actor.account, key=submission.idempotency_key)
    before = replayed(submission, actor=actor, now=now) if consulted.key_known else None
    if before is not None:
        return before, True
    judgement = judge(submission, consulted, actor=actor, now=now)
    if judgement.waits and route(judgement.request, rules_in_force(), judgement.owners) is None:
        raise NoRuleMatches(f"No approval rule matches {judgement.request}.")
    return record(judgement, submission, actor=actor), False
