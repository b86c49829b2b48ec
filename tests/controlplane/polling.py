"""Waiting for what another process does."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(probe: Callable[[], T], *, within: float = 30) -> T:
    """The first answer that is true. Fails after `within` seconds, showing the last one."""
    deadline = time.monotonic() + within
    while not (answer := probe()):
        assert time.monotonic() < deadline, f"still {answer!r} after {within} s"
        time.sleep(0.02)
    return answer
