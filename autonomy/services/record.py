"""Writing a judged submission down, once per idempotency key."""

from datetime import datetime, timedelta

from audit import canonical
from audit.actor import Actor
from audit.epoch import Epoch
from audit.ledger import Change, commit
from audit.rows import columns, fetch, instance
from audit.statement import Refused
from autonomy.errors import IdempotencyMismatch
from autonomy.models import ActionRequest, IdempotencyKey
from autonomy.queries import load
from autonomy.services.judge import Judgement
from autonomy.status import Status
from autonomy.submission import Submission
from guidance.judging.evaluation import Finding

KEY_LIFE = timedelta(hours=24)
KNOWN_KEY = f"SELECT {columns(IdempotencyKey, 'known')} FROM autonomy_idempotencykey known WHERE known.account_id = %s AND known.key = %s"
BIRTH_EVENT = {Status.SUBMITTED: "request.submitted", Status.QUEUED: "request.queued", Status.POLICY_FAILED: "request.refused"}


class KeyTaken(Exception):
    """The idempotency key of a submission was used before; nothing was written."""


def record(judgement: Judgement, submission: Submission, *, actor: Actor, epoch: Epoch | None = None) -> ActionRequest:
    """Raises KeyTaken, Outdated. While another call with the same key is being written, this one waits for it."""
    request = judgement.request
    change = Change(request, BIRTH_EVENT[Status(request.status)], actor, _data(judgement), at=request.created_at)
    change.epoch = epoch.id if epoch else None
    change.judged_in = None if judgement.evaluation.of_the_moment else change.epoch
    if submission.idempotency_key:
        change.add(
            IdempotencyKey(
                account_id=actor.account,
                key=submission.idempotency_key,
                fingerprint=submission.fingerprint,
                request_id=request.id,
                created_at=request.created_at,
            )
        )
    try:
        commit(change)
    except Refused as error:
        if error.constraint == "idempotency_key_once":
            raise KeyTaken from error
        raise
    return request


def _data(judgement: Judgement) -> dict[str, object]:
    findings = [_told(finding) for finding in judgement.evaluation.findings]
    return {
        **essentials(judgement.request),
        "reason": judgement.request.reason,
        "level_because": judgement.request.level_because,
        "findings": findings,
    }


def _told(finding: Finding) -> dict[str, object]:
    exempted = {} if finding.exempted is None else {"exempted": finding.exempted}
    return {
        "policy": finding.policy,
        "version": finding.version,
        "path": finding.path,
        "enforcement": finding.enforcement,
        **exempted,
    }


def essentials(request: ActionRequest) -> dict[str, object]:
    """What decides what an execution does: told by the first event, so that an altered row is found before it runs."""
    return {
        "action": request.action,
        "target": {"cluster": request.cluster, "namespace": request.namespace, "kind": request.kind, "name": request.name},
        "parameters": canonical.digest(request.parameters),
        "fixed": request.fixed,
        "dry_run": request.dry_run,
        "override": request.override,
        "level": request.level,
    }


def replayed(submission: Submission, *, actor: Actor, now: datetime) -> ActionRequest | None:
    """The request that this key already gave, if any within its life. Raises IdempotencyMismatch."""
    rows = fetch(KNOWN_KEY, actor.account, submission.idempotency_key)
    if not rows:
        return None
    found = instance(IdempotencyKey, rows[0])
    if found.created_at <= now - KEY_LIFE:
        IdempotencyKey.objects.filter(pk=found.pk).delete()
        return None
    if found.fingerprint != submission.fingerprint:
        raise IdempotencyMismatch(
            f"The key {submission.idempotency_key!r} gave request {found.request_id} for another body.", first_request=str(found.request_id)
        )
    return load(found.request_id)
