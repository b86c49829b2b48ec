"""Celery's tasks: they take ids, call one service, and end."""

from uuid import UUID

from audit.outbox import Message
from audit.services import checkpoint as checkpoints
from guidance.services import scan as scans
from workers.celery import app
from workers.deliveries import hear
from workers.hints import straight
from workers.sweeper import sweep_once


def pack(message: Message) -> list[str | int]:
    return [str(message.delivery), message.listener, str(message.stream), message.seq, message.head.hex()]


@app.task(name="workers.tasks.deliver", Strategy=staticmethod(straight))
def deliver(delivery: str, listener: str, stream: str, seq: int, head: str) -> None:
    hear(Message(UUID(delivery), listener, UUID(stream), seq, bytes.fromhex(head)))


@app.task(name="workers.tasks.sweep")
def sweep() -> None:
    sweep_once()


@app.task(name="workers.tasks.checkpoint")
def checkpoint() -> None:
    checkpoints.checkpoint()


@app.task(name="workers.tasks.scan")
def scan() -> None:
    scans.scan()
