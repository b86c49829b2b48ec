"""Trigger ids: what an interaction hands out, so that a modal can be opened for that person."""

import secrets
import threading
from dataclasses import dataclass

from notifications.sandbox.clock import Clock
from notifications.sandbox.errors import ApiError

LIFETIME_SECONDS = 3.0


@dataclass
class Trigger:
    user: str
    expires: float
    exchanged: bool = False


class Triggers:
    """They live in memory only: no restart takes less than their lifetime."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Trigger] = {}
        self._lock = threading.Lock()

    def issue(self, user: str) -> str:
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._known[trigger_id] = Trigger(user, self._clock.now() + LIFETIME_SECONDS)
        return trigger_id

    def exchange(self, trigger_id: str) -> str:
        """The user who clicked. Raises ApiError `invalid_trigger_id`, `exchanged_trigger_id` or `expired_trigger_id`."""
        with self._lock:
            trigger = self._known.get(trigger_id)
            if trigger is None:
                raise ApiError("invalid_trigger_id")
            if trigger.exchanged:
                raise ApiError("exchanged_trigger_id")
            if self._clock.now() > trigger.expires:
                raise ApiError("expired_trigger_id")
            trigger.exchanged = True
            return trigger.user
