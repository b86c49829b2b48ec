"""Pure: whether a ledger is whole and unaltered, from records alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from pydantic import ValidationError

from audit import keys, merkle
from audit.records import CheckpointRecord, EventBody, EventRecord, Head

GENESIS = bytes(32).hex()


@dataclass
class Report:
    """What was looked at, and every fault by name."""

    events: int = 0
    streams: int = 0
    checkpoints: int = 0
    uncovered: int = 0
    unsigned: bool = False
    """Whether signatures were left unchecked, for want of any public key to trust."""
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults


def verify(
    events: Iterable[EventRecord],
    checkpoints: Iterable[CheckpointRecord],
    *,
    public_keys: Iterable[str],
    published: Iterable[CheckpointRecord] = (),
    heads: Iterable[Head] = (),
) -> Report:
    """Check every event against its hash and its stream's chain, every checkpoint against its events, its signature and its predecessor.

    `published` are checkpoints as they were told outside the database at the time: they must all still be there unchanged.
    `heads` are what live rows say of their last event. `events` must come by stream and seq.
    """
    report = Report()
    leaves: dict[int, list[str]] = {}
    last: dict[str, tuple[int, str]] = {}
    for event in events:
        report.faults += _event_faults(event, last.get(event.stream))
        last[event.stream] = event.seq, event.hash
        report.events += 1
        if event.checkpoint is None:
            report.uncovered += 1
        else:
            leaves.setdefault(event.checkpoint, []).append(event.hash)
    report.streams = len(last)
    known = list(checkpoints)
    report.checkpoints = len(known)
    trusted = {keys.key_id(key): key for key in public_keys}
    report.unsigned = bool(known) and not trusted
    report.faults += _checkpoint_faults(known, leaves, trusted)
    report.faults += _published_faults(known, published)
    report.faults += [fault for head in heads for fault in _head_faults(head, last.get(head.stream))]
    return report


def _event_faults(event: EventRecord, before: tuple[int, str] | None) -> Iterator[str]:
    name = f"event {event.stream} #{event.seq} ({event.type})"
    body = bytes.fromhex(event.body)
    if sha256(body).hexdigest() != event.hash:
        yield f"{name}: its body was altered, it does not have the hash that was recorded"
        return
    try:
        told = EventBody.model_validate_json(body)
    except ValidationError:
        yield f"{name}: its body is not one that this ledger writes"
        return
    for column, value in _columns(told).items():
        if value != getattr(event, column):
            yield f"{name}: its column {column} was altered, the body says {value!r}"
    seq, prev = before or (0, "")
    if event.seq != seq + 1:
        yield f"{name}: event #{seq + 1} of its stream is missing"
    elif told.prev != prev:
        yield f"{name}: it does not follow the event before it"


def _columns(told: EventBody) -> dict[str, object]:
    same = {name: getattr(told, name) for name in ("stream", "seq", "type", "status", "door", "at")}
    return {**same, "actor_id": told.actor.id, "actor_name": told.actor.name}


def _checkpoint_faults(known: list[CheckpointRecord], leaves: Mapping[int, list[str]], public: Mapping[str, str]) -> Iterator[str]:
    number, link = 0, GENESIS
    for checkpoint in known:
        name = f"checkpoint {checkpoint.number}"
        if checkpoint.number != number + 1:
            yield f"{name}: checkpoint {number + 1} is missing"
        elif checkpoint.prev != link:
            yield f"{name}: it does not follow the checkpoint before it"
        number, link = checkpoint.number, checkpoint.link()
        yield from _signature_faults(name, checkpoint, public)
        yield from _cover_faults(name, checkpoint, sorted(leaves.get(checkpoint.number, [])))
    for missing in sorted(leaves.keys() - {checkpoint.number for checkpoint in known}):
        yield f"checkpoint {missing}: it covers {len(leaves[missing])} events, but is missing"


def _cover_faults(name: str, checkpoint: CheckpointRecord, covered: list[str]) -> Iterator[str]:
    if len(covered) != checkpoint.count:
        yield f"{name}: it was made over {checkpoint.count} events, {len(covered)} are there"
    elif merkle.root([bytes.fromhex(leaf) for leaf in covered]).hex() != checkpoint.root:
        yield f"{name}: the events that it covers are not the ones that it was made over"


def _signature_faults(name: str, checkpoint: CheckpointRecord, public: Mapping[str, str]) -> Iterator[str]:
    key = public.get(checkpoint.key)
    if not public:
        return
    if key is None:
        yield f"{name}: it was signed with the key {checkpoint.key}, which is not among the trusted ones"
    elif not keys.is_signed(key, bytes.fromhex(checkpoint.signature), checkpoint.content()):
        yield f"{name}: its signature is wrong"


def _published_faults(known: list[CheckpointRecord], published: Iterable[CheckpointRecord]) -> Iterator[str]:
    there = {checkpoint.number: checkpoint for checkpoint in known}
    for told in published:
        if told.number not in there:
            yield f"checkpoint {told.number}: it was published, but is not in the ledger"
        elif there[told.number] != told:
            yield f"checkpoint {told.number}: it is not the one that was published"


def _head_faults(head: Head, last: tuple[int, str] | None) -> Iterator[str]:
    if last != (head.seq, head.hash):
        found = f"#{last[0]}" if last else "no event"
        yield f"{head.what} {head.stream}: it says that its last event is #{head.seq}, the ledger ends with {found}, or with another hash"
