"""Pure: events and checkpoints as plain records, the form in which they are exported and verified."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict

from audit import canonical


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
