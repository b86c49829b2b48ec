"""What goes wrong on purpose, what was called, and the rate limit."""

import threading

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from notifications.sandbox.clock import Clock
from notifications.sandbox.errors import RateLimited

SECONDS_BETWEEN_POSTS = 1.0


class Fault(BaseModel):
    """What happens to calls of `method` (`*`: all; `response_url`: the response URLs), `times` times or, when absent, until cleared.

    `delay` (seconds) alone only slows the call down. With `error` (Slack's error code) or a `status` other than 200 the call fails; with
    `applied` it takes effect all the same, only its answer is lost.
    """

    model_config = ConfigDict(extra="forbid")

    method: str
    times: int | None = Field(default=None, ge=1)
    status: int = Field(default=200, ge=200, le=599)
    error: str | None = None
    retry_after: int | None = Field(default=None, ge=0)
    delay: float = Field(default=0, ge=0, le=600)
    applied: bool = False

    @property
    def fails(self) -> bool:
        return self.status != 200 or self.error is not None


class Faults:
    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, faults: list[Fault]) -> None:
        with self._lock:
            self._waiting.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        with self._lock:
            return list(self._waiting)

    def take(self, method: str) -> Fault | None:
        """The first fault for this method; its last time removes it."""
        with self._lock:
            fault = next((fault for fault in self._waiting if fault.method in {method, "*"}), None)
            if fault and fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
            return fault


class Call(BaseModel):
    """One call received: `at` in seconds since the epoch, `status` and `error` of the answer (0: not answered yet)."""

    method: str
    body: dict[str, JsonValue]
    at: float
    status: int = 0
    error: str | None = None


class RateLimit:
    """One chat.postMessage per second and channel."""

    def __init__(self, clock: Clock, *, on: bool) -> None:
        self.on = on
        self._clock = clock
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def count(self, channel: str) -> None:
        """Raises RateLimited."""
        with self._lock:
            now = self._clock.now()
            if self.on and now - self._last.get(channel, 0.0) < SECONDS_BETWEEN_POSTS:
                raise RateLimited(1)
            self._last[channel] = now

    def forget(self) -> None:
        with self._lock:
            self._last.clear()
