"""Reading the ledger as records."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from audit import canonical
from audit.models import Checkpoint, Event
from audit.records import CheckpointRecord, EventRecord


@contextmanager
def at_one_moment() -> Iterator[None]:
    """All reads in this block see the ledger as it is now: without it, what is committed between two of them looks like a fault."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def events() -> Iterator[EventRecord]:
    """All events by stream and seq, read piece by piece."""
    rows = Event.objects.order_by("stream", "seq").values_list(
        "stream", "seq", "type", "status", "actor_id", "actor_name", "door", "at", "body", "hash", "covered__checkpoint_id"
    )
    for stream, seq, type_, status, actor_id, actor_name, door, at, body, hash_, checkpoint in rows.iterator(chunk_size=5000):
        yield EventRecord(
            stream=str(stream),
            seq=seq,
            type=type_,
            status=status,
            actor_id=str(actor_id) if actor_id else None,
            actor_name=actor_name,
            door=door,
            at=_text(at),
            body=bytes(body).hex(),
            hash=bytes(hash_).hex(),
            checkpoint=checkpoint,
        )


def checkpoints() -> Iterator[CheckpointRecord]:
    for row in Checkpoint.objects.order_by("number").iterator():
        yield record_of(row)


def record_of(row: Checkpoint) -> CheckpointRecord:
    return CheckpointRecord(
        number=row.number,
        root=bytes(row.root).hex(),
        count=row.count,
        prev=bytes(row.prev).hex(),
        at=_text(row.at),
        key=row.key,
        signature=bytes(row.signature).hex(),
    )


def _text(at: datetime) -> str:
    return canonical.utc_text(at)
