"""Pure: events and checkpoints as plain records, the form in which they are exported and verified."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from audit import canonical

Hex = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})*$")]


class ActorBody(BaseModel):
    """Who made a change, as an event's body tells it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    id: str | None
    name: str
    people: list[str]


class EventBody(BaseModel):
    """What an event's hash covers."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    stream: str
    seq: int
    type: str
    status: str
    actor: ActorBody
    door: str
    at: str
    data: dict[str, object]
    prev: Hex


class EventRecord(BaseModel):
    """An event with the columns that repeat its body, and the checkpoint that covers it, if one does yet. Bytes are hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    record: Literal["event"] = "event"
    stream: str
    seq: int
    type: str
    status: str
    actor_id: str | None
    actor_name: str
    door: str
    at: str
    body: Hex
    hash: Hex
    checkpoint: int | None


class CheckpointRecord(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    record: Literal["checkpoint"] = "checkpoint"
    number: int
    root: Hex
    count: int
    prev: Hex
    at: str
    key: str
    signature: Hex

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
