"""Handing messages to the broker: quick, or not at all."""

import logging
import time
from collections.abc import Sequence
from functools import cache

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from audit.outbox import Message, listeners
from workers import tasks
from workers.envelope import Envelope

log = logging.getLogger(__name__)

OPEN_SECONDS = 5.0
"""How long nothing is published after the broker failed: callers do not wait for it again and again, the sweeper catches up."""
SOCKET_SECONDS = 0.3
"""Who publishes is waited for; workers, whose connection waits for messages, have more patience (workers.celery)."""

_closed_again_at = 0.0
_envelope = Envelope(tasks.deliver)


def publish(messages: Sequence[Message]) -> None:
    """Publish hints; when the broker does not take them the sweeper publishes them later. Never raises."""
    global _closed_again_at  # noqa: PLW0603 one breaker per process
    if time.monotonic() < _closed_again_at:
        return
    try:
        _send(messages)
    except (RedisError, OSError) as error:
        _closed_again_at = time.monotonic() + OPEN_SECONDS
        log.warning("the broker does not take messages (%s): the sweeper publishes them later", error)


def _send(messages: Sequence[Message]) -> None:
    """All in one round trip, straight into the queues: `apply_async` takes five times as much processor time for each."""
    with _broker().pipeline(transaction=False) as pipe:
        for message in messages:
            queue = _queue(message.listener)
            pipe.lpush(queue, _envelope.seal(tasks.pack(message), queue))
        pipe.execute()


@cache
def _broker() -> Redis:
    """One more try, at once: a connection that was kept may have ended meanwhile."""
    retry = Retry(NoBackoff(), 1)
    return Redis.from_url(settings.REDIS_URL, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS, retry=retry)


@cache
def _queue(listener: str) -> str:
    return next(known.queue for known in listeners() if known.name == listener)
