"""Running what needs no approval, and the frame in which everything runs."""

import logging
from collections.abc import Callable
from datetime import timedelta

from audit.actor import Actor
from audit.ledger import JUDGEMENTS
from audit.models import Event
from audit.outbox import Message
from audit.statement import Stale
from autonomy import catalogue
from autonomy.actions.base import ActionFailed, Drifted, Outcome
from autonomy.models import ActionRequest, Level
from autonomy.services.claim import Claimed, claim
from autonomy.services.finish import fail, finish, try_later
from autonomy.services.judge import new_violations
from autonomy.services.plan import draft_of
from clusters.errors import Temporary

log = logging.getLogger(__name__)
BACKOFF = timedelta(seconds=2)


def execute(message: Message) -> None:
    """Claim a queued request and do it."""
    worker = Actor.worker()
    claimed = claim(message, actor=worker)
    if claimed is not None:
        run(claimed, _do, actor=worker)


def _do(claimed: Claimed) -> Outcome:
    request = claimed.request
    if request.level > Level.FULL and not claimed.as_judged:
        _judge_again(claimed)
    return catalogue.action(request.action).execute(catalogue.ask_of(request))


def _judge_again(claimed: Claimed) -> None:
    """It may have waited long for its turn: policies became stricter, an exemption ended, the object changed. Raises ActionFailed."""
    findings = new_violations(claimed.request).findings
    if findings and claimed.delivery.attempts > 1 and _is_done(claimed.request):
        return
    for finding in findings:
        hint = "Mend what the policy names and submit it again."
        raise ActionFailed(f"{finding.policy} refuses it since: {finding.message}", reason="PolicyChanged", hint=hint)


def _is_done(request: ActionRequest) -> bool:
    """By an attempt whose worker was lost: policies that judge an update otherwise than a creation would judge what is there already."""
    draft = draft_of(request)
    return draft.before == draft.after


def run(claimed: Claimed, do: Callable[[Claimed], Outcome], *, actor: Actor) -> None:
    """Do it and write down how it ended. A lost lease ends silently: its new holder goes on. Raises Drifted.

    What it changes besides may have been changed by others at the same moment: then it is done again, on what there is now.
    """
    for _ in range(JUDGEMENTS):
        try:
            _run(claimed, do, actor=actor)
        except Stale:
            if not _is_lost(claimed):
                continue
            log.warning("request %s: the lease was lost, whoever holds it now goes on", claimed.request.id)
        return


def _is_lost(claimed: Claimed) -> bool:
    request = claimed.request
    return Event.objects.filter(stream=request.id, seq__gt=request.seq).exists()


def _run(claimed: Claimed, do: Callable[[Claimed], Outcome], *, actor: Actor) -> None:
    try:
        outcome = do(claimed)
    except Drifted:
        raise
    except ActionFailed as error:
        fail(claimed, error, actor=actor)
    except Temporary as error:
        try_later(claimed, error, after=_after(claimed, error), actor=actor)
    except Exception as error:
        # A fault of ours: the attempts are bounded, the request then fails with this as its reason, and others go on.
        log.exception("request %s: unexpected failure", claimed.request.id)
        try_later(claimed, error, after=_after(claimed, error), actor=actor)
    else:
        finish(claimed, outcome, actor=actor)


def _after(claimed: Claimed, error: Exception) -> timedelta:
    """As long as the cluster asked for, within a bound; else doubling."""
    asked = getattr(error, "retry_after", None)
    return timedelta(seconds=min(float(asked), 60.0)) if asked else BACKOFF * 2 ** (claimed.delivery.attempts - 1)
