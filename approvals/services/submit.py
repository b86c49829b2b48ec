"""Submitting: the one verb behind every door that asks for an action."""

from datetime import datetime

from django.utils import timezone

from accounts.services.groups import groups_of_people
from approvals.errors import NoRuleMatches, TooFewReviewers
from approvals.quorum import Vote, missing
from approvals.routing import route, rules_in_force
from audit.actor import Actor
from audit.epoch import Epoch, check, current
from audit.ledger import judged_again
from audit.problems import Problem
from audit.statement import Stale
from autonomy.models import ActionRequest
from autonomy.rulebook import consult
from autonomy.services.judge import Judgement, judge
from autonomy.services.record import KeyTaken, record, replayed
from autonomy.submission import Submission


@judged_again
def submit(submission: Submission, *, actor: Actor, epoch: Epoch | None = None) -> tuple[ActionRequest, bool]:
    """Judge and record a request; True when the idempotency key had given it before. `epoch` is that in which the actor was met.

    A repeated key is the rare case: it is asked for when the submission is refused, by its key that is taken or by anything else.
    Raises what `judge` raises, Outdated, IdempotencyMismatch, and NoRuleMatches or TooFewReviewers where nobody could approve it.
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
    if judgement.waits:
        _check_somebody_could_approve(judgement, actor, epoch)
    return record(judgement, submission, actor=actor, epoch=epoch)


def _check_somebody_could_approve(judgement: Judgement, actor: Actor, epoch: Epoch | None) -> None:
    """Raises NoRuleMatches, TooFewReviewers."""
    found = route(judgement.request, rules_in_force(epoch), judgement.owners, judgement.deciders)
    if found is None:
        raise NoRuleMatches(f"No approval rule matches {judgement.request}.")
    people = groups_of_people() if epoch is None else epoch.keep("groups of people", groups_of_people)
    everybody = [Vote(person, groups) for person, groups in people.items() if person not in actor.people]
    if lacking := missing(found.needs, everybody):
        told = " and ".join(f"{need.required} of {need.group}" for need in lacking)
        raise TooFewReviewers(f"If everybody else approved {judgement.request}, the approval of {told} would still be missing.")
