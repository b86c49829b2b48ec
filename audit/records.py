"""Events and checkpoints as plain records, the form in which they are exported and verified."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict

from audit import canonical
from audit.models import Checkpoint, Event


class EventRecord(BaseModel):
    """An event with the columns that repeat its body, and the checkpoint that covers it, if one does yet. Bytes are hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    record: Literal["event"] = "event"
    stream: str
    seq: int
    type: str
    status: str
    at: str
    body: str
    hash: str
    checkpoint: int | None


class CheckpointRecord(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    record: Literal["checkpoint"] = "checkpoint"
    number: int
    root: str
    count: int
    prev: str
    at: str
    key: str
    signature: str

    def content(self) -> bytes:
        """What the signature covers."""
        return canonical.encode(self.model_dump(exclude={"record", "signature"}))

    def link(self) -> str:
        """What the next checkpoint names as its `prev`."""
        return sha256(self.content()).hexdigest()


@dataclass(frozen=True)
class Head:
    """What a row says of its own history: number and hash of its last event."""

    stream: str
    seq: int
    hash: str
    what: str


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
