"""Faults on demand, and the record of what was really written: for tests and demonstrations."""

import re
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from clusters.objects import Object
from clusters.sandbox.http import Request

RECORDED = 100_000


@dataclass
class Fault:
    """What goes wrong with the next `times` requests whose method and URL (a regular expression, searched) fit."""

    method: str = ""
    path: str = ""
    times: int = 1
    status: int = 0
    """Answered in place of doing it."""
    retry_after: int | None = None
    message: str = "injected fault"
    delay: float = 0
    """Seconds before the request is looked at."""
    delay_after_apply: float = 0
    """Seconds between doing it and answering."""
    cut: bool = False
    """The connection ends; nothing is done."""
    cut_after_apply: bool = False
    """The connection ends after it was done."""

    def fits(self, request: Request) -> bool:
        return self.times > 0 and self.method in ("", request.method) and bool(re.search(self.path, request.url))


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, faults: list[Object]) -> None:
        """Raises TypeError for an unknown key, re.error for a bad pattern."""
        for fault in faults:
            re.compile(fault.get("path", ""))
        self._faults += [Fault(**fault) for fault in faults]

    def clear(self) -> None:
        self._faults.clear()

    def next(self, request: Request) -> Fault | None:
        """The fault that this request meets; it counts as met."""
        fault = next((fault for fault in self._faults if fault.fits(request)), None)
        if fault is not None:
            fault.times -= 1
        return fault


class Writes:
    """Every write that took effect (no dry runs, no refusals), in order. `changed` is false where the object already was as wanted."""

    def __init__(self) -> None:
        self._writes: deque[Object] = deque(maxlen=RECORDED)

    def record(self, request: Request, user: str, *, changed: bool) -> None:
        time = datetime.now(UTC).isoformat()
        self._writes.append({"method": request.method, "path": request.path, "user": user, "time": time, "changed": changed})

    def all(self) -> list[Object]:
        return list(self._writes)

    def clear(self) -> None:
        self._writes.clear()
