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
from typing import Any

from django.utils import timezone

from audit import outbox
from audit.actor import Actor
from audit.ledger import chained
from audit.models import Delivery, Event
from audit.outbox import Message
from audit.rows import columns, fetch, instance
from audit.statement import Refused, Stale, told_apart_by_constraint
from autonomy.models import ActionRequest
from autonomy.status import Status

EVENT_COLUMNS = [str(field.column) for field in Event._meta.concrete_fields]

CLAIM = f"""
WITH claimed AS (
  UPDATE audit_delivery d SET attempts = attempts + 1, lease_until = now() + %s, last_error = ''
  FROM autonomy_actionrequest asked
  WHERE d.id = %s AND d.listener = %s AND NOT d.dead AND d.attempts < %s
    AND asked.id = d.stream AND asked.id = %s AND asked.seq = %s AND asked.head = %s AND asked.status IN (%s, %s)
    AND (d.lease_until IS NULL OR d.lease_until < now()) AND (d.not_before IS NULL OR d.not_before <= now())
    AND (d.lease_until IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM audit_delivery older
      WHERE older.lane = d.lane AND NOT older.dead AND (older.created_at, older.id) < (d.created_at, d.id)))
  RETURNING d.id, d.lane, d.attempts),
started AS (
  INSERT INTO audit_event ({", ".join(EVENT_COLUMNS)}) SELECT {", ".join(["%s"] * len(EVENT_COLUMNS))} FROM claimed),
moved AS (
  UPDATE autonomy_actionrequest r SET status = %s, seq = %s, head = %s FROM claimed WHERE r.id = %s AND r.seq = %s)
SELECT {columns(ActionRequest, "r")}, claimed.lane, claimed.attempts
FROM autonomy_actionrequest r, claimed WHERE r.id = %s
"""


@dataclass(frozen=True)
class Claimed:
    """A request that is ours to execute, and the delivery that goes with it."""

    request: ActionRequest
    delivery: Delivery

    @property
    def lane(self) -> str:
        return self.delivery.lane or ""


def claim(message: Message, *, actor: Actor) -> Claimed | None:
    """Start the execution, or None: somebody else has it, it was cancelled, an older request on the same target goes first."""
    event = chained(
        stream=message.stream,
        seq=message.seq + 1,
        prev=message.head,
        type="request.started",
        status=Status.RUNNING,
        actor=actor,
        at=timezone.now(),
        data={"delivery": message.delivery},
    )
    values = [
        outbox.LEASE, message.delivery, message.listener, outbox.MAX_ATTEMPTS,
        message.stream, message.seq, message.head, Status.QUEUED, Status.RUNNING,
        *(getattr(event, field.attname) for field in Event._meta.concrete_fields),
        Status.RUNNING, event.seq, event.hash, message.stream, message.seq,
        message.stream,
    ]  # fmt: skip
    try:
        with told_apart_by_constraint():
            rows = fetch(CLAIM, *values)
    except (Stale, Refused):
        return None
    return _claimed(rows[0], event, message) if rows else None


def _claimed(row: Sequence[Any], event: Event, message: Message) -> Claimed:
    """The statement reads the request as it was before its own update."""
    *values, lane, attempts = row
    request = instance(ActionRequest, values)
    request.status, request.seq, request.head = Status.RUNNING, event.seq, event.hash
    return Claimed(request, Delivery(id=message.delivery, listener=message.listener, lane=lane, attempts=attempts))
