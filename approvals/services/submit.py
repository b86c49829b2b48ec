"""Submitting: the one verb behind every door that asks for an action."""

from datetime import datetime

from django.utils import timezone

from approvals.errors import NoRuleMatches
from approvals.routing import route, rules_in_force
from audit.actor import Actor
from audit.epoch import Epoch, check, current
from audit.ledger import judged_again
from audit.problems import Problem
from audit.statement import Stale
from autonomy.models import ActionRequest
from autonomy.rulebook import consult
from autonomy.services.judge import judge
from autonomy.services.record import KeyTaken, record, replayed
from autonomy.submission import Submission


@judged_again
def submit(submission: Submission, *, actor: Actor, epoch: Epoch | None = None) -> tuple[ActionRequest, bool]:
    """Judge and record a request; True when the idempotency key had given it before. `epoch` is that in which the actor was met.

    A repeated key is the rare case: it is asked for when the submission is refused, by its key that is taken or by anything else.
    Raises what `judge` raises, Outdated, IdempotencyMismatch, and NoRuleMatches where nobody could approve it.
    """
    now = timezone.now()
    try:
        return _submit(submission, actor, epoch, now), False
    except (Problem, KeyTaken) as refusal:
        before = replayed(submission, actor=actor, now=now) if submission.idempotency_key else None
        if before is not None:
            check(epoch, current().id)
            return before, True
        if isinstance(refusal, KeyTaken):
            raise Stale from refusal  # it was a day old, and is free now
        raise


def _submit(submission: Submission, actor: Actor, epoch: Epoch | None, now: datetime) -> ActionRequest:
    judgement = judge(submission, consult(submission.cluster, submission.namespace, epoch), actor=actor, now=now)
    if judgement.waits and route(judgement.request, rules_in_force(epoch), judgement.owners, judgement.deciders) is None:
        raise NoRuleMatches(f"No approval rule matches {judgement.request}.")
    return record(judgement, submission, actor=actor, epoch=epoch)
