"""A verb changes everything with one statement: event, rows, new values and deliveries, or none of them."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection

from approvals.models import Decision
from approvals.services import decide
from audit.models import Delivery, Event
from audit.outbox import Message
from autonomy.actions.base import Outcome
from autonomy.models import ActionRequest
from autonomy.services.cancel import cancel
from autonomy.services.claim import claim
from autonomy.services.finish import finish
from tests.autonomy.scenes import WORKER, claimed, message_of
from tests.plugins.world import World

WRITES = ("INSERT ", "UPDATE ", "DELETE ")


def statements(call: Callable[[], object]) -> list[str]:
    """The texts of all statements that the call sends."""
    sent: list[str] = []

    def note(execute: Callable[..., object], text: str, *rest: object) -> object:
        sent.append(text)
        return execute(text, *rest)

    with connection.execute_wrapper(note):
        call()
    return sent


def writing(call: Callable[[], object]) -> list[str]:
    return [text for text in statements(call) if any(write in text for write in WRITES)]


def scale(world: World) -> ActionRequest:
    return world.submit(world["alice"], "deployment.scale", {"replicas": 2})


def test_submitting_writes_once(committed_world: World) -> None:
    scale(committed_world)

    assert len(writing(lambda: scale(committed_world))) == 1


def test_approving_writes_decision_status_event_and_delivery_at_once(committed_world: World) -> None:
    request = committed_world.waiting(committed_world["alice"])
    carol = committed_world["carol"].actor()

    (text,) = writing(lambda: decide.approve(request.id, actor=carol, digest=request.plan_digest))

    for table in ("audit_event", "audit_delivery", "approvals_decision", "autonomy_actionrequest"):
        assert f'"{table}"' in text


def test_cancelling_writes_once(committed_world: World) -> None:
    request = scale(committed_world)
    alice = committed_world["alice"].actor()

    assert len(writing(lambda: cancel(request.id, actor=alice))) == 1


def test_the_claim_is_one_statement_without_a_read(committed_world: World) -> None:
    message: Message = message_of(scale(committed_world))

    assert len(statements(lambda: claim(message, actor=WORKER))) == 1


def test_the_end_of_an_execution_is_one_statement_and_a_look_for_the_next(committed_world: World) -> None:
    running = claimed(scale(committed_world))

    made = statements(lambda: finish(running, Outcome({}), actor=WORKER))

    assert len(made) == 2
    assert len([text for text in made if any(write in text for write in WRITES)]) == 1


def test_what_the_database_refuses_leaves_nothing_behind(committed_world: World) -> None:
    """Case 16: the ledger cannot take the event, so the approval does not happen either."""
    request = committed_world.waiting(committed_world["alice"])
    events, deliveries = Event.objects.count(), Delivery.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$;"
            " CREATE TRIGGER disk_full BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION disk_full()"
        )

    with pytest.raises(DatabaseError, match="no space left"):
        decide.approve(request.id, actor=committed_world["carol"].actor(), digest=request.plan_digest)

    assert (Event.objects.count(), Delivery.objects.count(), Decision.objects.count()) == (events, deliveries, 0)
    assert committed_world.fresh(request).status == "awaiting_approval"
