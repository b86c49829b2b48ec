"""Bringing one delivery to its listener."""

import logging
from datetime import timedelta

from audit import outbox
from audit.outbox import Message
from workers.subscribers import EXECUTORS, HEARERS

log = logging.getLogger(__name__)
FIRST_RETRY = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)


def hear(message: Message) -> None:
    executor = EXECUTORS.get(message.listener)
    if executor is not None:
        executor(message)
        return
    claimed = outbox.claim(message)
    if claimed is not None:
        _hear(claimed)


def _hear(claimed: outbox.Claim) -> None:
    try:
        HEARERS[claimed.message.listener](claimed.message)
    except Exception as error:
        again = _after(claimed.attempt, error)
        log.warning("%s of %s failed, again in %s", claimed.message.listener, claimed.message.stream, again, exc_info=True)
        outbox.retry(claimed, f"{type(error).__name__}: {error}", after=again)
    else:
        outbox.done(claimed)


def _after(attempt: int, error: Exception) -> timedelta:
    """Doubling, but never before the other side wants to be asked again."""
    asked = timedelta(seconds=float(getattr(error, "retry_after", None) or 0))
    return max(asked, min(FIRST_RETRY * (1 << (attempt - 1)), LONGEST_PAUSE))
