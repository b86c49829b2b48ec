"""The safety net: publishes what was lost, ends what crashed for good, expires what nobody decided. Safe to run several times at once."""

import logging
from datetime import timedelta

from django.utils import timezone

from approvals.services.expire import expire, overdue
from audit import outbox
from audit.actor import Actor
from audit.ledger import judged_again
from audit.models import Delivery
from autonomy.models import ActionRequest, IdempotencyKey
from autonomy.services.finish import give_up
from autonomy.services.record import KEY_LIFE
from workers.subscribers import REQUEST_DEPENDS_ON

log = logging.getLogger(__name__)
SILENCE = timedelta(seconds=10)
"""How long after its last hint a delivery counts as lost. Longer than a healthy queue, shorter than a person's patience."""


def sweep_once() -> None:
    outbox.publish(outbox.due(silent_for=SILENCE))
    for message in outbox.exhausted():
        _end(message)
    for request_id in overdue():
        expire(request_id, actor=Actor.worker())
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEY_LIFE).delete()


@judged_again
def _end(message: outbox.Message) -> None:
    delivery = Delivery.objects.filter(pk=message.delivery).first()
    if delivery is None:
        return
    log.error("%s of %s: all attempts are used up", message.listener, message.stream)
    if message.listener in REQUEST_DEPENDS_ON:
        request = ActionRequest.objects.get(pk=message.stream)
        give_up(request, delivery, delivery.last_error, actor=Actor.worker())
        outbox.publish(outbox.next_in_lane(delivery.lane or ""))
    else:
        Delivery.objects.filter(pk=delivery.pk).update(dead=True)
