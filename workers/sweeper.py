"""The safety net: publishes what was lost, ends what crashed for good and exemptions that are over, expires what nobody decided.

Safe to run several times at once.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from approvals.services.expire import expire, overdue
from audit import outbox
from audit.actor import Actor
from audit.ledger import judged_again
from audit.models import Delivery
from autonomy.models import ActionRequest, IdempotencyKey
from autonomy.services.finish import give_up
from autonomy.services.record import KEY_LIFE
from autonomy.status import TERMINAL
from guidance.services import exemptions
from workers.subscribers import REQUEST_DEPENDS_ON

log = logging.getLogger(__name__)
SILENCE = timedelta(seconds=10)
"""How long after its last hint a delivery counts as lost. Longer than a healthy queue, shorter than a person's patience."""


def sweep_once() -> None:
    outbox.publish(outbox.due(silent_for=SILENCE))
    for message in outbox.exhausted():
        with _others_go_on(f"ending {message.listener} of {message.stream}"):
            _end(message)
    for request_id in overdue():
        with _others_go_on(f"expiring {request_id}"):
            expire(request_id, actor=Actor.worker())
    for exemption_id in exemptions.over():
        with _others_go_on(f"ending the exemption {exemption_id}"):
            exemptions.end(exemption_id, actor=Actor.worker())
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEY_LIFE).delete()


@contextmanager
def _others_go_on(what: str) -> Iterator[None]:
    """One that cannot be swept must not keep the rest waiting; without a database there is no rest."""
    try:
        yield
    except DatabaseError:
        raise
    except Exception:
        log.exception("%s failed, the next sweep tries again", what)


@judged_again
def _end(message: outbox.Message) -> None:
    delivery = Delivery.objects.filter(pk=message.delivery).first()
    if delivery is None:
        return
    log.error("%s of %s: all attempts are used up", message.listener, message.stream)
    if message.listener in REQUEST_DEPENDS_ON:
        request = ActionRequest.objects.get(pk=message.stream)
        if request.status in TERMINAL:
            delivery.delete()  # cancelled, say, while the last attempt was made: nothing is left to fail
            return
        give_up(request, delivery, delivery.last_error, actor=Actor.worker())
        outbox.publish(outbox.next_in_lane(delivery.lane or ""))
    else:
        Delivery.objects.filter(pk=delivery.pk).update(dead=True)
