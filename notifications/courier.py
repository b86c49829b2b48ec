"""Small messages to somebody who waits in front of Slack, sent beside the answer to her click: a slow Slack never delays it.

They are feedback, and kept nowhere: what must arrive goes through the outbox instead.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from threading import BoundedSemaphore

from notifications.slack_client import SlackError, Temporary

log = logging.getLogger(__name__)
THREADS, WAITING = 8, 64
TRIES, LONGEST_PAUSE = 3, 5.0

_room = BoundedSemaphore(WAITING)
_under_way: set[Future[None]] = set()


@cache
def _pool() -> ThreadPoolExecutor:
    """Made when first needed, so never before a fork."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="slack")


def soon(call: Callable[[], None], *, otherwise: Callable[[], None] | None = None) -> None:
    """Make a call to Slack in the background; when it cannot work, the other one. Too many at once are dropped, with a log line."""
    if not _room.acquire(blocking=False):
        log.warning("too many calls to Slack are under way: one is dropped")
        return
    future = _pool().submit(_carry, call, otherwise)
    _under_way.add(future)
    future.add_done_callback(_arrived)


def settled(seconds: float) -> bool:
    """Wait until nothing is under way; False when it took longer."""
    return not wait(set(_under_way), timeout=seconds).not_done


def _arrived(future: Future[None]) -> None:
    _under_way.discard(future)
    _room.release()
    if error := future.exception():
        log.error("a call to Slack failed", exc_info=error)


def _carry(call: Callable[[], None], otherwise: Callable[[], None] | None) -> None:
    try:
        call() if otherwise else _patiently(call)
    except SlackError as error:
        log.warning("Slack did not take it: %s", error)
        if otherwise:
            _carry(otherwise, None)


def _patiently(call: Callable[[], None]) -> None:
    for remaining in reversed(range(TRIES)):
        try:
            return call()
        except Temporary as error:
            if not remaining:
                raise
            time.sleep(min(error.retry_after or 1.0, LONGEST_PAUSE))
    return None
