"""Reading the ledger as records."""

from collections.abc import Iterator
from datetime import datetime

from audit import canonical
from audit.models import Checkpoint, Event
from audit.records import CheckpointRecord, EventRecord


def events() -> Iterator[EventRecord]:
    """All events by stream and seq, read piece by piece."""
    rows = Event.objects.order_by("stream", "seq").values_list(
        "stream", "seq", "type", "status", "at", "body", "hash", "covered__checkpoint_id"
    )
    for stream, seq, type_, status, at, body, hash_, checkpoint in rows.iterator(chunk_size=5000):
        yield EventRecord(
            stream=str(stream),
            seq=seq,
            type=type_,
            status=status,
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
