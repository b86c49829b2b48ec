"""What the database itself refuses, whoever asks."""

import pytest
from django.db import DatabaseError, connection

from approvals.services import decide
from audit.models import Event
from tests.plugins.world import Person, World


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET type = 'other'", "DELETE FROM audit_event", "TRUNCATE audit_event CASCADE"])
def test_events_are_neither_changed_nor_removed(committed_world: World, statement: str) -> None:
    before = Event.objects.count()

    with pytest.raises(DatabaseError, match="append-only"):
        execute(statement)

    assert Event.objects.count() == before


def test_a_status_that_no_event_tells_cannot_be_stored(committed_world: World) -> None:
    request = committed_world.waiting(committed_world["alice"])

    with pytest.raises(DatabaseError, match="request_status_told_by_event"):
        execute("UPDATE autonomy_actionrequest SET status = 'queued', seq = seq + 1 WHERE id = %s", request.id)
    with pytest.raises(DatabaseError, match="must grow"):
        execute("UPDATE autonomy_actionrequest SET status = 'queued' WHERE id = %s", request.id)

    assert committed_world.fresh(request).status == "awaiting_approval"


def test_a_request_is_never_deleted(committed_world: World) -> None:
    request = committed_world.waiting(committed_world["alice"])

    with pytest.raises(DatabaseError, match="append-only"):
        execute("DELETE FROM autonomy_actionrequest WHERE id = %s", request.id)

    assert committed_world.fresh(request) == request


@pytest.mark.parametrize("table", ["approvals_decision", "approvals_review", "approvals_reviewstage"])
def test_reviews_and_decisions_stay_as_they_were_made(committed_world: World, table: str) -> None:
    carol: Person = committed_world["carol"]
    request = committed_world.waiting(committed_world["alice"])
    decide.approve(request.id, actor=carol.actor(), digest=request.plan_digest)

    with pytest.raises(DatabaseError, match="append-only"):
        execute(f"DELETE FROM {table}")
