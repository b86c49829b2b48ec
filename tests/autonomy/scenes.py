"""What happens around a queued request: time passes, workers crash, a cluster answers this and that."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

from audit.actor import Actor
from audit.models import Delivery, Event
from audit.outbox import Message
from autonomy.models import ActionRequest
from autonomy.services.claim import Claimed, claim

R = TypeVar("R")
WORKER = Actor.worker()


def message_of(request: ActionRequest) -> Message:
    """The hint that the broker would carry for this request's execution now."""
    delivery = delivery_of(request)
    last = Event.objects.filter(stream=request.id).order_by("-seq")[0]
    return Message(delivery.id, delivery.listener, request.id, last.seq, bytes(last.hash))


def claimed(request: ActionRequest) -> Claimed:
    taken = claim(message_of(request), actor=WORKER)
    assert taken is not None
    return taken


def lease_runs_out(request: ActionRequest) -> None:
    _sql("UPDATE audit_delivery SET lease_until = now() - interval '1 second' WHERE stream = %s AND lease_until IS NOT NULL", request.id)


def pause_is_over(request: ActionRequest) -> None:
    _sql("UPDATE audit_delivery SET not_before = now() - interval '1 second' WHERE stream = %s AND not_before IS NOT NULL", request.id)


def _sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0


def delivery_of(request: ActionRequest) -> Delivery:
    return Delivery.objects.get(stream=request.id, lane__isnull=False)


def at_once(*calls: Callable[[], R]) -> list[R]:
    """Run all calls at the same moment, each in a thread with a database connection of its own."""
    barrier = Barrier(len(calls))

    def one(call: Callable[[], R]) -> R:
        try:
            barrier.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))
