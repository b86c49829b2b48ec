"""Handing messages to the broker: quick, or not at all."""

import logging
import time
from collections.abc import Sequence
from functools import cache

from django.conf import settings
from kombu import Connection, pools
from kombu.exceptions import KombuError
from redis import RedisError

from audit.outbox import Message, listeners
from workers import tasks
from workers.celery import app

log = logging.getLogger(__name__)

OPEN_SECONDS = 5.0
"""How long nothing is published after the broker failed: callers do not wait for it again and again, the sweeper catches up."""
SOCKET_SECONDS = 0.3
"""Who publishes is waited for; workers, whose connection waits for messages, have more patience (workers.celery)."""

_closed_again_at = 0.0


def publish(messages: Sequence[Message]) -> None:
    """Publish hints; when the broker does not take them the sweeper publishes them later. Never raises."""
    global _closed_again_at  # noqa: PLW0603 one breaker per process
    if time.monotonic() < _closed_again_at:
        return
    try:
        _send(messages)
    except (KombuError, RedisError, OSError) as error:
        _closed_again_at = time.monotonic() + OPEN_SECONDS
        log.warning("the broker does not take messages (%s): the sweeper publishes them later", error)


def _send(messages: Sequence[Message]) -> None:
    with pools.producers[_broker()].acquire(block=True, timeout=SOCKET_SECONDS) as producer:
        for message in messages:
            packed = tuple(tasks.pack(message))
            tasks.deliver.apply_async(args=packed, queue=_queue(message.listener), retry=False, producer=producer)


@cache
def _broker() -> Connection:
    """Names the pool of connections; kombu keeps a pool for each process."""
    return app.connection(settings.REDIS_URL, transport_options={"socket_timeout": SOCKET_SECONDS})


def _queue(listener: str) -> str:
    return next(known.queue for known in listeners() if known.name == listener)
