"""The arithmetic of a rollout: how many new replicas may come, how many old ones may go."""

import math
from collections.abc import Callable
from typing import NamedTuple

from clusters.objects import Object


class Room(NamedTuple):
    """How far a rollout may stray from the wanted number of replicas."""

    wanted: int
    surge: int
    unavailable: int
    recreate: bool = False

    @property
    def waves(self) -> int:
        """In how many steps all replicas are replaced."""
        return math.ceil(self.wanted / max(self.surge + self.unavailable, 1)) or 1


class Counts(NamedTuple):
    new: int
    new_ready: int
    old_ready: int
    old_unready: int


def room_of(spec: Object) -> Room:
    wanted, strategy = spec.get("replicas", 1), spec.get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return Room(wanted, 0, wanted, recreate=True)
    rolling = strategy.get("rollingUpdate") or {}
    surge = _part(rolling.get("maxSurge", "25%"), wanted, math.ceil)
    unavailable = _part(rolling.get("maxUnavailable", "25%"), wanted, math.floor)
    return Room(wanted, surge, unavailable if surge or unavailable else 1)


def new_replicas(room: Room, counts: Counts) -> int:
    """How many replicas of the new template there may be now."""
    old = counts.old_ready + counts.old_unready
    if room.recreate and old:
        return counts.new
    return min(room.wanted, max(counts.new, room.wanted + room.surge - old))


def old_to_remove(room: Room, counts: Counts) -> int:
    """How many old replicas may go now, those first that do not work anyway."""
    old = counts.old_ready + counts.old_unready
    if room.recreate:
        return old
    least = room.wanted - room.unavailable
    unready = min(counts.old_unready, max(0, counts.new_ready + old - least))
    return unready + min(counts.old_ready, max(0, counts.new_ready + counts.old_ready - least))


def _part(amount: int | str, wanted: int, rounded: Callable[[float], int]) -> int:
    if isinstance(amount, str) and amount.endswith("%"):
        return rounded(wanted * int(amount[:-1]) / 100)
    return int(amount)
