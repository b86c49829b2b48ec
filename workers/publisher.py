"""Handing messages to the broker: quick, or not at all."""

import logging
import threading
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.conf import settings
from redis import ConnectionPool, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
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
    """Straight into the queues: `apply_async` takes five times as much processor time for each."""
    broker = _broker()
    queues = [_queue(message.listener) for message in messages]
    commands = [("LPUSH", queue, _envelope.seal(tasks.pack(message), queue)) for queue, message in zip(queues, messages, strict=True)]
    try:
        broker.tell(commands)
    except Disconnected:
        broker.tell(commands)  # a connection that was kept may have ended meanwhile


class _Broker(threading.local):
    """A connection of each thread's own, without the pool and the pipeline of redis-py: half of the processor time."""

    def __init__(self) -> None:
        options = {"socket_timeout": SOCKET_SECONDS, "socket_connect_timeout": SOCKET_SECONDS, "retry": Retry(NoBackoff(), 0)}
        self._connection: Any = ConnectionPool.from_url(settings.REDIS_URL, **options).make_connection()

    def tell(self, commands: Sequence[Sequence[str]]) -> None:
        """All in one round trip. Raises RedisError with the first answer that is one; an answer may be left unread then, so it hangs up."""
        connection = self._connection
        try:
            connection.send_packed_command(connection.pack_commands(commands))
            for _ in commands:
                connection.read_response()
        except RedisError:
            connection.disconnect()
            raise


@cache
def _broker() -> _Broker:
    return _Broker()


@cache
def _queue(listener: str) -> str:
    return next(known.queue for known in listeners() if known.name == listener)
