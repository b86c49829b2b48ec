"""Deliveries: who has to hear of an event, and the hints that carry them through the broker.

The table is the truth, the broker only carries hints: a message may be lost or come twice.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from audit.models import Delivery, Event, Streamed
from audit.rows import fetch

LEASE = timedelta(seconds=45)
"""Longer than the two calls to a cluster that an execution makes, time-outs and retries included (clusters.patience.TOTAL_SECONDS)."""
MAX_ATTEMPTS = 5


def _always(_: Streamed) -> bool:
    return True


def _no_lane(_: Streamed) -> str | None:
    return None


@dataclass(frozen=True)
class Listener:
    """Who hears of which types of event; `lane` puts the deliveries on one target in order.

    `attempts` is how often it is tried: something outside that may be away for hours deserves more patience.
    """

    name: str
    queue: str
    events: frozenset[str]
    when: Callable[[Streamed], bool] = _always
    lane: Callable[[Streamed], str | None] = _no_lane
    attempts: int = MAX_ATTEMPTS


@dataclass(frozen=True)
class Message:
    """What the broker carries of a delivery: enough to claim it without a read."""

    delivery: UUID
    listener: str
    stream: UUID
    seq: int
    head: bytes


@dataclass(frozen=True)
class Claim:
    """A delivery that is ours until its lease runs out; `attempt` fences off whoever held it before."""

    message: Message
    attempt: int


@cache
def listeners() -> Sequence[Listener]:
    return cast("Sequence[Listener]", import_string(settings.LEDGER_LISTENERS))


@cache
def _bounds() -> str:
    """How often each listener is tried, as JSON."""
    return json.dumps({listener.name: listener.attempts for listener in listeners()})


def deliveries_of(event: Event, subject: Streamed, epoch: UUID | None) -> list[Delivery]:
    return [
        Delivery(
            listener=listener.name,
            stream=event.stream,
            seq=event.seq,
            lane=listener.lane(subject),
            epoch=epoch,
            created_at=event.at,
            published_at=event.at,
        )
        for listener in listeners()
        if event.type in listener.events and listener.when(subject)
    ]


def publish(messages: Sequence[Message]) -> None:
    """Hand the messages to the broker once the current transaction, if any, has committed. Never raises, never blocks for long."""
    if messages:
        send = cast("Callable[[Sequence[Message]], None]", import_string(settings.LEDGER_PUBLISH))
        transaction.on_commit(lambda: send(messages))


CLAIM = """
UPDATE audit_delivery SET attempts = attempts + 1, lease_until = now() + %s, last_error = ''
WHERE id = %s AND listener = %s AND stream = %s AND NOT dead AND attempts < COALESCE((%s::jsonb ->> listener)::int, %s)
  AND (lease_until IS NULL OR lease_until < now()) AND (not_before IS NULL OR not_before <= now())
RETURNING attempts
"""


def claim(message: Message) -> Claim | None:
    """Take the lease of a delivery, or None when somebody else has it, it is done, it is not due, or it is not what the message says."""
    rows = fetch(CLAIM, LEASE, message.delivery, message.listener, message.stream, _bounds(), MAX_ATTEMPTS)
    return Claim(message, rows[0][0]) if rows else None


def done(claimed: Claim) -> bool:
    """The delivery was heard. False when the lease was lost to somebody else meanwhile."""
    deleted, _ = Delivery.objects.filter(pk=claimed.message.delivery, attempts=claimed.attempt).delete()
    return bool(deleted)


RETRY = """
UPDATE audit_delivery SET lease_until = NULL, last_error = %s, not_before = now() + %s, published_at = now()
WHERE id = %s AND attempts = %s RETURNING id
"""


def retry(claimed: Claim, error: str, *, after: timedelta) -> None:
    """Give the delivery back to be tried again after a while; past the bound of attempts the sweeper ends it."""
    fetch(RETRY, error[:2000], after, claimed.message.delivery, claimed.attempt)


def bury(claimed: Claim, error: str) -> None:
    """No further attempt makes sense: keep the delivery, visible, but never publish it again."""
    Delivery.objects.filter(pk=claimed.message.delivery, attempts=claimed.attempt).update(
        dead=True, lease_until=None, last_error=error[:2000]
    )


HINT = """
SELECT d.id, d.listener, d.stream, last.seq, last.hash
FROM audit_delivery d
CROSS JOIN LATERAL (SELECT seq, hash FROM audit_event e WHERE e.stream = d.stream ORDER BY seq DESC LIMIT 1) last
"""

NEXT_IN_LANE = f"{HINT} WHERE d.lane = %s AND NOT d.dead ORDER BY d.created_at, d.id LIMIT 1"

DUE = f"""
WITH due AS (
  UPDATE audit_delivery SET published_at = now() WHERE id IN (
    SELECT id FROM audit_delivery
    WHERE NOT dead AND attempts < COALESCE((%s::jsonb ->> listener)::int, %s) AND (lease_until IS NULL OR lease_until < now())
      AND (published_at < now() - %s OR not_before BETWEEN published_at AND now()) AND (not_before IS NULL OR not_before <= now())
    ORDER BY published_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
  RETURNING id)
{HINT} JOIN due ON due.id = d.id ORDER BY d.created_at, d.id
"""

EXHAUSTED = f"""
{HINT} WHERE NOT d.dead AND d.attempts >= COALESCE((%s::jsonb ->> d.listener)::int, %s) AND (d.lease_until IS NULL OR d.lease_until < now())
"""


def next_in_lane(lane: str) -> list[Message]:
    """The oldest delivery that waits in this lane, if any: its turn has come."""
    return _messages(NEXT_IN_LANE, lane)


def due(*, silent_for: timedelta, limit: int = 1000) -> list[Message]:
    """Deliveries that nobody holds and that were last published a while ago: their hints may be lost.

    They count as published now. Safe to run several times at once.
    """
    return _messages(DUE, _bounds(), MAX_ATTEMPTS, silent_for, limit)


def exhausted() -> list[Message]:
    """Deliveries whose attempts are used up and whose last lease ran out: whoever took them crashed."""
    return _messages(EXHAUSTED, _bounds(), MAX_ATTEMPTS)


def _messages(text: str, *values: Any) -> list[Message]:
    return [Message(delivery, listener, stream, seq, bytes(head)) for delivery, listener, stream, seq, head in fetch(text, *values)]
