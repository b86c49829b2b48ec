"""Handing messages to the broker: quick, or not at all."""

import logging
import time
from collections.abc import Sequence

from kombu.exceptions import OperationalError

from audit.outbox import Message, listeners
from workers import tasks

log = logging.getLogger(__name__)

OPEN_SECONDS = 5.0
"""How long nothing is published after the broker failed: callers do not wait for it again and again, the sweeper catches up."""

_closed_again_at = 0.0


def publish(messages: Sequence[Message]) -> None:
    """Publish hints; when the broker does not take them the sweeper publishes them later. Never raises."""
    global _closed_again_at  # noqa: PLW0603 one breaker per process
    if time.monotonic() < _closed_again_at:
        return
    try:
        for message in messages:
            tasks.deliver.apply_async(args=tuple(tasks.pack(message)), queue=_queue(message.listener), retry=False)
    except (OperationalError, OSError) as error:
        _closed_again_at = time.monotonic() + OPEN_SECONDS
        log.warning("the broker does not take messages (%s): the sweeper publishes them later", error)


def _queue(listener: str) -> str:
    return next(known.queue for known in listeners() if known.name == listener)
