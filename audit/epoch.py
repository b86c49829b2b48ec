"""What every call asks for and hardly ever changes: who may do what, where, by which rules. Kept per process, and only for its epoch.

A change of one of the tables that decide it begins a new epoch in the same transaction (a trigger: `audit_next_epoch`), so one short read
tells that nothing has changed. Epochs have random ids: a number could come twice, after a rollback or in a copy of the database.

What ends by itself, at a time, ends the epoch then (`ends_at`, by the database's clock). Until the next one begins there is none: nothing
is kept beyond the call.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar, cast
from uuid import UUID

from audit.rows import fetch
from audit.statement import Outdated

T = TypeVar("T")
ID = "(SELECT id FROM audit_epoch WHERE ends_at > statement_timestamp())"
"""As a column of a statement that reads other things: what it reads and what `named` keeps then fit together."""
MOST_KEPT = 10_000
"""Entries of one epoch; past it all are read again."""


@dataclass(frozen=True)
class Epoch:
    """The facts of one epoch that this process knows."""

    id: UUID | None
    _kept: dict[Hashable, object] = field(default_factory=dict, repr=False)

    def kept(self, key: Hashable) -> object:
        """What was read under this key; None where nothing was."""
        return self._kept.get(key)

    def keep(self, key: Hashable, read: Callable[[], T]) -> T:
        """What was read under this key, read now where it was not; None is not kept.

        What is read may be newer than the epoch: then only those get it who met the epoch while it lasted.
        """
        known = self._kept.get(key)  # looked up once: another thread may empty it
        if known is not None:
            return cast("T", known)
        value = read()
        if value is not None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = value
        return value


_latest = Epoch(None)


def latest() -> Epoch:
    """The last epoch that this process has met. It may be over: whoever goes by it has that confirmed before anything is told or done."""
    return _latest


def check(epoch: Epoch | None, met: UUID | None) -> None:
    """Confirm an epoch by the ID that a statement has just read. Raises Outdated."""
    if epoch is not None and epoch.id is not None and epoch.id != met:
        named(met)
        raise Outdated


def current() -> Epoch:
    """The epoch of this moment: one read."""
    ((met,),) = fetch(f"SELECT {ID}")
    return named(met)


def named(met: UUID | None) -> Epoch:
    """The epoch whose ID a statement has just read; None: the last one is over, so this is the caller's own."""
    global _latest  # noqa: PLW0603 a cache of the process; of two threads that meet a new epoch one reads twice
    if met is None:
        _latest = Epoch(None)
        return Epoch(None)
    epoch = _latest
    if epoch.id != met:
        epoch = _latest = Epoch(met)
    return epoch
