"""How a worker takes hints: from the message straight into the pool.

Celery's own strategy makes a request of each message, which can be revoked, timed, retried and traced, and tells signals of its progress. A
hint is none of that: the ledger tells how it ended, and the sweeper publishes again what was lost.
"""

import logging
from collections.abc import Callable
from typing import Any

from celery import Celery, Task
from django.db import close_old_connections
from kombu import Message

from audit.connections import drop_dead

log = logging.getLogger(__name__)

Acknowledge = Callable[[logging.Logger, tuple[type[Exception], ...]], object]


def straight(task: "Task[Any, Any]", app: Celery, consumer: Any, **_: object) -> Callable[..., None]:  # noqa: ARG001
    """A `Task.Strategy`. Acknowledged once it is done, however it ended: so no worker holds more hints than it has threads."""
    errors = consumer.connection_errors

    def do(message: Message, acknowledge: Acknowledge) -> None:
        try:
            close_old_connections()
            drop_dead()
            arguments, *_ = message.decode()
            task.run(*arguments)
        except Exception:
            log.exception("a hint failed: %.1000r", message.body)
        finally:
            acknowledge(log, errors)

    def take(message: Message, _body: object, acknowledge: Acknowledge, _reject: object, _callbacks: object) -> None:
        consumer.pool.apply_async(do, (message, acknowledge), callback=_nothing_more)

    return take


def _nothing_more(_: object) -> None:
    """Celery's pools call back when they are done."""
