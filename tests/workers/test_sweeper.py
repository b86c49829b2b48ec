"""The safety net: what was lost is published again once, what crashed for good is ended, and one bad delivery does not stop the rest."""

from collections.abc import Sequence

import pytest
from django.db import connection
from pytest_django import Settings

from audit import outbox
from audit.models import Delivery
from audit.outbox import Message
from autonomy.models import ActionRequest
from autonomy.services.cancel import cancel
from tests.autonomy.scenes import at_once
from tests.plugins.world import World
from workers import sweeper
from workers.sweeper import sweep_once

sent: list[Message] = []


def take(messages: Sequence[Message]) -> None:
    sent.extend(messages)


@pytest.fixture
def published(settings: Settings) -> list[Message]:
    """What is handed to the broker from now on."""
    sent.clear()
    settings.LEDGER_PUBLISH = f"{__name__}.take"
    return sent


def moved(request: ActionRequest, **intervals: str) -> None:
    sets = ", ".join(f"{column} = now() + interval '{interval}'" for column, interval in intervals.items())
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_delivery SET {sets} WHERE stream = %s", [request.id])
        assert cursor.rowcount > 0


def restart(world: World, name: str = "api") -> ActionRequest:
    return world.submit(world["alice"], "deployment.restart", name=name)


def crashed_for_good(request: ActionRequest, error: str = "") -> None:
    """Every attempt ended without an answer, and the last lease has run out."""
    Delivery.objects.filter(stream=request.id).update(attempts=outbox.MAX_ATTEMPTS, last_error=error)
    moved(request, lease_until="-1 second")


def test_a_lost_hint_is_published_again_once(committed_world: World, published: list[Message]) -> None:
    request = restart(committed_world)
    moved(request, published_at="-1 minute")
    published.clear()

    sweep_once()
    sweep_once()

    assert [(message.listener, message.stream) for message in published] == [("autonomy.execute", request.id)]


def test_a_hint_that_was_just_published_is_left_alone(committed_world: World, published: list[Message]) -> None:
    restart(committed_world)
    published.clear()

    sweep_once()

    assert published == []


def test_several_sweepers_at_once_publish_each_hint_once(committed_world: World, published: list[Message]) -> None:
    requests = [restart(committed_world, f"api-{number}") for number in range(20)]
    for request in requests:
        moved(request, published_at="-1 minute")
    published.clear()

    at_once(*[sweep_once] * 4)

    assert sorted(message.stream for message in published) == sorted(request.id for request in requests)


def test_what_crashed_for_good_fails_visibly_and_the_next_on_its_target_goes_on(committed_world: World, published: list[Message]) -> None:
    poison, following = restart(committed_world), restart(committed_world)
    crashed_for_good(poison)
    published.clear()

    sweep_once()

    ended = committed_world.fresh(poison)
    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "AttemptsExhausted"
    assert "the worker ended each time without an answer" in ended.result["error"]["message"]
    assert Delivery.objects.filter(stream=poison.id).count() == 0
    assert [message.stream for message in published] == [following.id]


def test_the_last_reason_is_told(committed_world: World) -> None:
    request = restart(committed_world)
    crashed_for_good(request, "the API server did not answer")

    sweep_once()

    result = committed_world.fresh(request).result
    assert result is not None
    assert "the API server did not answer" in result["error"]["message"]


def test_a_plan_that_cannot_be_made_fails_its_request(committed_world: World) -> None:
    request = committed_world.submit(committed_world["alice"], "boundary.set", {"level": 1, "actions": ["x"]}, name="open")
    crashed_for_good(request)

    sweep_once()

    assert committed_world.fresh(request).status == "failed"


def test_a_delivery_of_a_request_that_was_cancelled_meanwhile_goes_and_stops_nobody(committed_world: World) -> None:
    cancelled = committed_world.submit(committed_world["alice"], "boundary.set", {"level": 1, "actions": ["x"]}, name="open")
    other = restart(committed_world)
    cancel(cancelled.id, actor=committed_world["alice"].actor())
    crashed_for_good(cancelled)
    crashed_for_good(other)

    sweep_once()

    assert committed_world.fresh(cancelled).status == "cancelled"
    assert committed_world.fresh(other).status == "failed"
    assert Delivery.objects.count() == 0


def test_one_that_cannot_be_ended_does_not_keep_the_others_waiting(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = restart(committed_world, "one"), restart(committed_world, "two")
    crashed_for_good(first)
    crashed_for_good(second)
    give_up = sweeper.give_up

    def stumble(request: ActionRequest, *rest: object, **more: object) -> None:
        if request.id == first.id:
            raise RuntimeError("an error of ours")
        give_up(request, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeper, "give_up", stumble)
    sweep_once()

    assert committed_world.fresh(first).status == "queued"
    assert committed_world.fresh(second).status == "failed"


def test_what_nobody_decided_in_time_expires(committed_world: World) -> None:
    request = committed_world.waiting(committed_world["alice"])
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE approvals_review SET expires_at = now() - interval '1 second'")
        cursor.execute("SET session_replication_role = origin")

    at_once(*[sweep_once] * 3)

    assert committed_world.fresh(request).status == "expired"
    assert committed_world.events(request).count("request.expired") == 1
