"""A small ledger as records, whole and signed, and what a superuser would do to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from audit import keys, merkle, reading
from audit.actor import Actor, ActorKind, Door
from audit.ledger import chained
from audit.models import Checkpoint, Event
from audit.records import CheckpointRecord, EventRecord, Head
from audit.verify import GENESIS, Report, verify

PRIVATE = keys.new_private_key()
PUBLIC = keys.public_text(keys.private_key(PRIVATE))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALICE = Actor(ActorKind.PERSON, "alice", Door.REST, id=UUID(int=7), people=frozenset({UUID(int=7)}))


@dataclass(frozen=True)
class Records:
    """What an export holds. Streams 1 and 2 have three events each, the last of stream 2 is not covered yet."""

    events: Sequence[EventRecord]
    checkpoints: Sequence[CheckpointRecord]

    def altered(self, position: int, **values: Any) -> "Records":
        events = list(self.events)
        events[position] = events[position].model_copy(update=values)
        return replace(self, events=events)

    def without(self, position: int) -> "Records":
        return replace(self, events=[event for place, event in enumerate(self.events) if place != position])

    def verified(self, **more: Any) -> Report:
        return verify(self.events, self.checkpoints, **{"public_keys": [PUBLIC], **more})

    def faults(self, **more: Any) -> list[str]:
        return self.verified(**more).faults


def ledger() -> Records:
    events = [*chain(1, covered_by=[1, 1, 2]), *chain(2, covered_by=[1, 2, None])]
    checkpoints: list[CheckpointRecord] = []
    for number in (1, 2):
        checkpoints.append(signed(number, [event.hash for event in events if event.checkpoint == number], checkpoints))
    return Records(events, checkpoints)


def chain(stream: int, *, covered_by: Sequence[int | None]) -> list[EventRecord]:
    records: list[EventRecord] = []
    for seq, checkpoint in enumerate(covered_by, 1):
        prev = bytes.fromhex(records[-1].hash) if records else b""
        event = chained(
            stream=UUID(int=stream), seq=seq, prev=prev, type="thing.changed", status="", actor=ALICE, at=NOON, data={"number": seq}
        )
        records.append(record_of(event, checkpoint))
    return records


def record_of(event: Event, checkpoint: int | None) -> EventRecord:
    return EventRecord(
        stream=str(event.stream), seq=event.seq, type=event.type, status=event.status, actor_id=str(event.actor_id),
        actor_name=event.actor_name, door=event.door, at="2026-11-23T12:00:00.000000Z", body=event.body.hex(), hash=event.hash.hex(),
        checkpoint=checkpoint,
    )  # fmt: skip


def signed(number: int, hashes: Sequence[str], before: Sequence[CheckpointRecord], private: str = PRIVATE) -> CheckpointRecord:
    key = keys.private_key(private)
    made = reading.record_of(
        Checkpoint(
            number=number,
            root=merkle.root([bytes.fromhex(one) for one in sorted(hashes)]),
            count=len(hashes),
            prev=bytes.fromhex(before[-1].link() if before else GENESIS),
            at=NOON + timedelta(minutes=number),
            key=keys.key_id(keys.public_text(key)),
            signature=b"",
        )
    )
    return made.model_copy(update={"signature": key.sign(made.content()).hex()})


def head_of(event: EventRecord) -> Head:
    return Head(event.stream, event.seq, event.hash, "thing")


def as_superuser(statement: str, *values: object) -> int:
    """Run a statement with all triggers off; how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        changed = cursor.rowcount
        cursor.execute("SET session_replication_role = origin")
    return changed
