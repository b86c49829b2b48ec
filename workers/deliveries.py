"""Bringing one delivery to its listener."""

import logging
from datetime import timedelta

from audit import outbox
from audit.outbox import Message
from workers.subscribers import EXECUTORS, HEARERS

log = logging.getLogger(__name__)
FIRST_RETRY = timedelta(seconds=2)


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
    """Doubling, or what the other side asked for."""
    asked = getattr(error, "retry_after", None)
    return timedelta(seconds=float(asked)) if asked else FIRST_RETRY * 2 ** (attempt - 1)
