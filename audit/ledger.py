"""The one way to change what has a history: event, new rows, new values and deliveries as one SQL statement."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import ParamSpec, Self, TypeVar
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from audit import canonical, outbox
from audit.actor import Actor
from audit.models import Delivery, Event, Streamed
from audit.problems import Problem
from audit.statement import Part, Refused, Stale, delete, insert, insert_computed, run, update

JUDGEMENTS = 24
"""How often a verb judges again before it gives up: more than there can be voters on one request."""

P = ParamSpec("P")
R = TypeVar("R")


class TooContended(Problem):
    """Others kept changing the same thing; try again."""

    slug = "too-contended"
    status = 409
    title = "This was being changed by others at the same moment"
    hint = "Read it again and repeat the call."


@dataclass
class Change:
    """One event of one thing and all that comes with it; nothing is written before `commit`."""

    subject: Streamed
    type: str
    actor: Actor
    data: Mapping[str, object] = field(default_factory=dict)
    at: datetime = field(default_factory=timezone.now)
    values: dict[str, object] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    removes_subject: bool = False
    epoch: UUID | None = None
    """Where the actor is who she was in this epoch: written only if it still lasts."""
    judged_in: UUID | None = None
    """The epoch of all that was judged for it, told to whoever executes it (`Delivery.epoch`)."""

    def set(self, **values: object) -> Self:
        """New values of the subject's fields."""
        self.values |= values
        return self

    def add(self, *rows: Model) -> Self:
        self.parts += [insert(row) for row in rows]
        return self

    def update(self, row: Model, **values: object) -> Self:
        self.parts.append(update(row, values))
        return self

    def remove(self, *rows: Model) -> Self:
        self.parts += [delete(row) for row in rows]
        return self

    def remove_subject(self) -> Self:
        """The subject's row goes; its stream, with this last event, stays."""
        self.removes_subject = True
        return self

    def withdraw(self) -> Self:
        """Take back what was queued on this stream: executions, which alone have a lane."""
        self.parts.append(Part("DELETE FROM audit_delivery WHERE stream = %s AND lane IS NOT NULL", [self.subject.id]))
        return self

    def event(self) -> Event:
        """The next event of the subject's stream, chained to the one before."""
        seq = self.subject.seq + 1
        status = str(self.values.get("status", getattr(self.subject, "status", "")))
        return chained(
            stream=self.subject.id,
            seq=seq,
            prev=bytes(self.subject.head),
            type=self.type,
            status=status,
            actor=self.actor,
            at=self.at,
            data=self.data,
        )


def chained(
    *,
    stream: UUID,
    seq: int,
    prev: bytes,
    type: str,  # noqa: A002 the name of the field
    status: str,
    actor: Actor,
    at: datetime,
    data: Mapping[str, object],
) -> Event:
    """An unsaved event whose body holds all that its hash covers."""
    body = canonical.encode(
        {
            "stream": stream,
            "seq": seq,
            "type": type,
            "status": status,
            "actor": {"kind": actor.kind, "id": actor.id, "name": actor.name, "people": actor.people},
            "door": actor.door,
            "at": at,
            "data": data,
            "prev": prev,
        }
    )
    return Event(
        stream=stream,
        seq=seq,
        type=type,
        status=status,
        actor_id=actor.id,
        actor_name=actor.name,
        door=actor.door,
        at=at,
        body=body,
        hash=sha256(body).digest(),
    )


def commit(*changes: Change) -> None:
    """Write all changes as one statement and publish their deliveries. The subjects carry their new values afterwards.

    Raises Stale when somebody else changed one of the streams first, Outdated when the epoch of a change is over, Refused when a
    constraint refuses.
    """
    parts: list[Part] = []
    events: list[Event] = []
    deliveries: list[Delivery] = []
    for change in changes:
        event = change.event()
        heard = outbox.deliveries_of(event, change.subject, change.judged_in)
        parts += [_event_part(change, event), *(insert(row) for row in heard), *change.parts, _subject_part(change, event)]
        events.append(event)
        deliveries += heard
    try:
        run(parts)
    except Refused as error:
        # The parts run in no defined order: whoever was late may meet another constraint of the same change first.
        if any(_has_moved(change.subject, event) for change, event in zip(changes, events, strict=True)):
            raise Stale from error
        raise
    heads = {event.stream: event for event in events}
    for change, event in zip(changes, events, strict=True):
        _bring_up_to_date(change, event)
    outbox.publish([outbox.Message(d.id, d.listener, d.stream, d.seq, bytes(heads[d.stream].hash)) for d in deliveries])


def _event_part(change: Change, event: Event) -> Part:
    if change.epoch is None:
        return insert(event)
    return insert_computed(event, "seq", "audit_numbered(%s, %s)", change.epoch)


def _has_moved(subject: Streamed, event: Event) -> bool:
    """Whether somebody else has told the event that would have been ours, or has made what we would have made."""
    if Event.objects.filter(stream=event.stream, seq__gte=event.seq).exists():
        return True
    return subject._state.adding and type(subject)._default_manager.filter(pk=subject.pk).exists()


def _subject_part(change: Change, event: Event) -> Part:
    subject = change.subject
    if change.removes_subject:
        return delete(subject)
    if subject._state.adding:
        for name, value in (change.values | {"seq": event.seq, "head": event.hash}).items():
            setattr(subject, name, value)
        return insert(subject)
    return update(subject, change.values | {"seq": event.seq, "head": event.hash}, where={"seq": subject.seq})


def _bring_up_to_date(change: Change, event: Event) -> None:
    for name, value in (change.values | {"seq": event.seq, "head": event.hash}).items():
        setattr(change.subject, name, value)
    change.subject._state.adding = False


def judged_again(verb: Callable[P, R]) -> Callable[P, R]:
    """Call the verb anew when somebody else was faster, so that every guard is judged on the state that its change is applied to."""

    @wraps(verb)
    def judge(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(JUDGEMENTS):
            try:
                return verb(*args, **kwargs)
            except Stale:
                # Jitter: without it, voters that collided once collide again in step.
                time.sleep(random.uniform(0, 0.002 * (attempt + 1)))  # noqa: S311
        raise TooContended

    return judge
