"""The outbox: a delivery is heard once, tried again when it was not, and never lost; time is the database's."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from audit import outbox
from audit.models import Delivery
from audit.outbox import Claim, Message
from autonomy.models import ActionRequest
from autonomy.services.cancel import cancel
from tests.plugins.world import World, waiting_messages

SILENCE = timedelta(seconds=10)
LATER = timedelta(minutes=5)


@pytest.fixture
def message(world: World) -> Message:
    """A delivery that was made a moment ago and that nobody has heard."""
    request: ActionRequest = world.submit(world["alice"], "boundary.set", {"level": 1, "actions": ["x"]}, name="open")
    (only,) = waiting_messages("approvals.plan")
    assert only.stream == request.id
    return only


def moved(**intervals: str) -> None:
    """Set columns of all deliveries to the database's now plus an interval."""
    sets = ", ".join(f"{column} = now() + interval '{interval}'" for column, interval in intervals.items())
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_delivery SET {sets}")


def claimed(message: Message) -> Claim:
    taken = outbox.claim(message)
    assert taken is not None
    return taken


def delivery() -> Delivery:
    return Delivery.objects.get()


def due() -> list[Message]:
    return outbox.due(silent_for=SILENCE)


def used_up(message: Message) -> None:
    Delivery.objects.update(attempts=outbox.MAX_ATTEMPTS)


def test_what_somebody_holds_nobody_else_gets(message: Message) -> None:
    assert claimed(message).attempt == 1
    assert outbox.claim(message) is None
    assert delivery().attempts == 1


def test_what_was_heard_is_gone(message: Message) -> None:
    assert outbox.done(claimed(message))

    assert Delivery.objects.count() == 0
    assert outbox.claim(message) is None


def test_when_the_lease_has_run_out_the_next_gets_it_and_the_first_ends_nothing(message: Message) -> None:
    slow = claimed(message)
    moved(lease_until="-1 second")
    quick = claimed(message)

    assert quick.attempt == 2
    assert not outbox.done(slow)
    outbox.retry(slow, "too late", after=LATER)
    outbox.bury(slow, "too late")
    assert (delivery().dead, delivery().last_error, delivery().not_before) == (False, "", None)
    assert outbox.done(quick)


def test_what_is_to_be_tried_again_waits_for_its_time(message: Message) -> None:
    outbox.retry(claimed(message), "Slack was away", after=LATER)

    assert (delivery().lease_until, delivery().last_error) == (None, "Slack was away")
    assert outbox.claim(message) is None
    moved(not_before="-1 second")
    assert claimed(message).attempt == 2
    assert delivery().last_error == ""


def test_a_hint_that_was_not_followed_for_a_while_is_due_once(message: Message) -> None:
    moved(published_at="-9 seconds")
    assert due() == []
    moved(published_at="-11 seconds")

    assert due() == [message]
    assert due() == []


def test_what_somebody_holds_is_not_due_until_the_lease_has_run_out(message: Message) -> None:
    claimed(message)
    moved(published_at="-1 hour")
    assert due() == []
    moved(lease_until="-1 second")

    assert due() == [message]


def test_what_waits_for_its_time_is_due_right_then(message: Message) -> None:
    outbox.retry(claimed(message), "Slack was away", after=LATER)
    moved(published_at="-1 hour")
    assert due() == []
    moved(published_at="-5 seconds", not_before="-1 second")

    assert due() == [message]
    assert due() == []


def test_a_hint_carries_the_newest_event_of_its_stream(message: Message, world: World) -> None:
    cancelled = cancel(message.stream, actor=world["alice"].actor())
    moved(published_at="-1 hour")

    assert due() == [Message(message.delivery, message.listener, message.stream, 2, bytes(cancelled.head))]


def test_past_the_bound_of_attempts_it_is_neither_claimed_nor_due_but_exhausted(message: Message) -> None:
    claimed(message)
    used_up(message)
    moved(published_at="-1 hour")
    assert outbox.exhausted() == []  # the last attempt may still succeed
    moved(published_at="-1 hour", lease_until="-1 second")

    assert outbox.claim(message) is None
    assert due() == []
    assert outbox.exhausted() == [message]


def test_what_is_dead_stays_and_is_left_alone(message: Message) -> None:
    outbox.bury(claimed(message), "channel_not_found")
    moved(published_at="-1 hour")

    assert (delivery().dead, delivery().last_error) == (True, "channel_not_found")
    assert outbox.claim(message) is None
    assert due() == []
    used_up(message)
    assert outbox.exhausted() == []


def test_the_oldest_come_first_and_no_more_than_asked_for(world: World) -> None:
    made = [world.submit(world["alice"], "deployment.restart", name=f"api-{number}") for number in range(3)]
    moved(published_at="-1 hour")
    Delivery.objects.filter(stream=made[2].id).update(published_at=made[0].created_at - timedelta(hours=2))

    assert [hint.stream for hint in outbox.due(silent_for=SILENCE, limit=1)] == [made[2].id]
    assert [hint.stream for hint in due()] == [made[0].id, made[1].id]


def test_a_message_that_names_another_listener_or_stream_gets_nothing(message: Message) -> None:
    """Whoever can write to the broker can forge one."""
    assert outbox.claim(replace(message, listener="notifications.show")) is None
    assert outbox.claim(replace(message, stream=uuid4())) is None
    assert delivery().attempts == 0
