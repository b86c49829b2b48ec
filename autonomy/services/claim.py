"""The claim: one statement that starts an execution, and that only one worker can win.

It appends 'started' to the request's stream, moves the request to running and takes the lease on its delivery; a second
worker, a cancel in between, or a worker whose lease ran out meets the uniqueness of (stream, seq). So the claim is the
fencing token of everything that follows.

The message only names what to claim: that listener, delivery and request belong together, and that the request is where the message
says, is asked of the tables, so that whoever can write to the broker can start nothing that was not decided. A delivery whose lease ran
out goes on before an older one that was committed after it: it still holds the lane.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils import timezone

from audit import outbox
from audit.actor import Actor
from audit.epoch import ID
from audit.ledger import chained
from audit.models import Delivery, Event
from audit.outbox import Message
from audit.rows import columns, fetch, instance
from audit.statement import Refused, Stale, told_apart_by_constraint
from autonomy.models import ActionRequest
from autonomy.queries import LOADED, LOADED_FROM, loaded
from autonomy.status import Status

EVENT_COLUMNS = [str(field.column) for field in Event._meta.concrete_fields]
LASTS = f"coalesce(d.epoch = {ID}, false)"
"""Whether all holds still that was judged for what is claimed: it may differ only after its epoch (audit.epoch)."""

TEXT = f"""
WITH claimed AS (
  UPDATE audit_delivery d SET attempts = attempts + 1, lease_until = now() + %s, last_error = ''
  FROM autonomy_actionrequest asked
  WHERE d.id = %s AND d.listener = %s AND NOT d.dead AND d.attempts < %s AND (%s OR {LASTS})
    AND asked.id = d.stream AND asked.id = %s AND asked.seq = %s AND asked.head = %s AND asked.status IN (%s, %s)
    AND (d.lease_until IS NULL OR d.lease_until < now()) AND (d.not_before IS NULL OR d.not_before <= now())
    AND (d.lease_until IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM audit_delivery older
      WHERE older.lane = d.lane AND NOT older.dead AND (older.created_at, older.id) < (d.created_at, d.id)))
  RETURNING d.id, d.lane, d.attempts, {LASTS} AS lasts),
started AS (
  INSERT INTO audit_event ({", ".join(EVENT_COLUMNS)}) SELECT {", ".join(["%s"] * len(EVENT_COLUMNS))} FROM claimed),
moved AS (
  UPDATE autonomy_actionrequest r SET status = %s, seq = %s, head = %s FROM claimed WHERE r.id = %s AND r.seq = %s)
SELECT {{}}, claimed.lane, claimed.attempts, claimed.lasts FROM {{}}, claimed WHERE request.id = %s
"""
CLAIM = TEXT.format(columns(ActionRequest, "request"), "autonomy_actionrequest request")
CLAIM_WITH_RECORD = TEXT.format(
    f"""{LOADED},
  (SELECT body FROM audit_event WHERE stream = request.id AND type = 'request.submitted' ORDER BY seq DESC LIMIT 1),
  (SELECT body FROM audit_event WHERE stream = request.id AND type = 'request.approved' ORDER BY seq DESC LIMIT 1)""",
    LOADED_FROM,
)


@dataclass(frozen=True)
class Claimed:
    """A request that is ours to execute, and the delivery that goes with it."""

    request: ActionRequest
    delivery: Delivery
    as_judged: bool
    """Whether all that was judged for it holds still."""

    @property
    def lane(self) -> str:
        return self.delivery.lane or ""


class Recorded(NamedTuple):
    """What was claimed, its plan with it, and what the ledger says was asked for and approved: the bodies of these events."""

    claimed: Claimed
    asked: bytes | None
    approved: bytes | None


def claim(message: Message, *, actor: Actor) -> Claimed | None:
    """Start the execution, or None: somebody else has it, it was cancelled, an older request on the same target goes first."""
    event = _started(message, actor)
    row = _claim(CLAIM, message, event, judged=True)
    return _claimed(instance(ActionRequest, row[:-3]), row[-3:], event, message) if row else None


def claim_with_record(message: Message, *, judged: bool, actor: Actor) -> Recorded | None:
    """The same with the record, which is of the same moment. Not `judged` anew: None too unless all holds still that was judged."""
    event = _started(message, actor)
    row = _claim(CLAIM_WITH_RECORD, message, event, judged=judged)
    if row is None:
        return None
    *values, asked, approved, lane, attempts, lasts = row
    return Recorded(_claimed(loaded(values), (lane, attempts, lasts), event, message), asked, approved)


def _started(message: Message, actor: Actor) -> Event:
    return chained(
        stream=message.stream,
        seq=message.seq + 1,
        prev=message.head,
        type="request.started",
        status=Status.RUNNING,
        actor=actor,
        at=timezone.now(),
        data={"delivery": message.delivery},
    )


def _claim(text: str, message: Message, event: Event, *, judged: bool) -> Sequence[Any] | None:
    values = [
        outbox.LEASE, message.delivery, message.listener, outbox.MAX_ATTEMPTS, judged,
        message.stream, message.seq, message.head, Status.QUEUED, Status.RUNNING,
        *(getattr(event, field.attname) for field in Event._meta.concrete_fields),
        Status.RUNNING, event.seq, event.hash, message.stream, message.seq,
        message.stream,
    ]  # fmt: skip
    try:
        with told_apart_by_constraint():
            rows = fetch(text, *values)
    except (Stale, Refused):
        return None
    return rows[0] if rows else None


def _claimed(request: ActionRequest, taken: Sequence[Any], event: Event, message: Message) -> Claimed:
    """The statement reads the request as it was before its own update."""
    lane, attempts, lasts = taken
    request.status, request.seq, request.head = Status.RUNNING, event.seq, event.hash
    return Claimed(request, Delivery(id=message.delivery, listener=message.listener, lane=lane, attempts=attempts), lasts)
