"""The claim: of all who want to run a request one does, and only what the tables say may run."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import Settings

from approvals.services import decide
from audit import outbox
from audit.models import Delivery, Event
from audit.outbox import Message
from audit.statement import Stale
from autonomy.actions.base import Outcome
from autonomy.models import ActionRequest
from autonomy.services.cancel import cancel
from autonomy.services.claim import claim
from autonomy.services.finish import finish, try_later
from tests.autonomy.scenes import WORKER, at_once, claimed, delivery_of, lease_runs_out, message_of, pause_is_over
from tests.plugins.world import World

DONE = Outcome({"resourceVersion": "7"})


def scale(world: World, replicas: int = 2, *, name: str = "api") -> ActionRequest:
    return world.submit(world["alice"], "deployment.scale", {"replicas": replicas}, name=name)


sent: list[Message] = []


def take(messages: Sequence[Message]) -> None:
    sent.extend(messages)


@pytest.fixture
def published(settings: Settings) -> list[Message]:
    """What is handed to the broker from now on."""
    sent.clear()
    settings.LEDGER_PUBLISH = f"{__name__}.take"
    return sent


def test_of_two_workers_with_the_same_message_one_runs_it(committed_world: World) -> None:
    request = scale(committed_world)
    message = message_of(request)

    taken = at_once(*[lambda: claim(message, actor=WORKER)] * 4)

    assert len([one for one in taken if one is not None]) == 1
    assert committed_world.events(request) == ["request.queued", "request.started"]
    assert delivery_of(request).attempts == 1


def test_the_claim_gives_the_request_as_it_is_after_it(committed_world: World) -> None:
    request = scale(committed_world)

    taken = claimed(request)

    stored = committed_world.fresh(request)
    assert (taken.request.status, taken.request.seq, bytes(taken.request.head)) == ("running", 2, bytes(stored.head))
    assert (taken.lane, taken.delivery.attempts) == ("sandbox/payments-dev/Deployment/api", 1)


def test_a_request_that_was_cancelled_in_between_does_not_start(committed_world: World) -> None:
    request = scale(committed_world)
    message = message_of(request)
    cancel(request.id, actor=committed_world["alice"].actor())

    assert claim(message, actor=WORKER) is None
    assert committed_world.events(request) == ["request.queued", "request.cancelled"]


def test_a_message_that_overtakes_an_older_request_on_the_same_target_waits(committed_world: World, published: list[Message]) -> None:
    first, second, elsewhere = scale(committed_world, 2), scale(committed_world, 3), scale(committed_world, 4, name="other")

    assert claim(message_of(second), actor=WORKER) is None
    assert claim(message_of(elsewhere), actor=WORKER) is not None
    running = claimed(first)
    assert claim(message_of(second), actor=WORKER) is None
    published.clear()

    finish(running, DONE, actor=WORKER)

    assert [message.stream for message in published] == [second.id]
    assert claim(published[0], actor=WORKER) is not None


def test_after_a_cancelled_request_the_next_on_its_target_is_published(committed_world: World, published: list[Message]) -> None:
    first, second = scale(committed_world, 2), scale(committed_world, 3)
    published.clear()

    cancel(first.id, actor=committed_world["alice"].actor())

    assert [message.stream for message in published] == [second.id]


def test_when_the_lease_has_run_out_another_worker_takes_over_and_the_first_changes_nothing(committed_world: World) -> None:
    request = scale(committed_world)
    slow = claimed(request)
    assert claim(message_of(request), actor=WORKER) is None
    lease_runs_out(request)
    quick = claimed(request)

    with pytest.raises(Stale):
        finish(slow, DONE, actor=WORKER)

    assert (committed_world.fresh(request).status, delivery_of(request).attempts) == ("running", 2)
    finish(quick, DONE, actor=WORKER)
    assert committed_world.events(request) == ["request.queued", "request.started", "request.started", "request.succeeded"]
    assert Delivery.objects.filter(stream=request.id).count() == 0


def test_who_holds_the_lane_goes_on_before_an_older_request_that_was_committed_late(committed_world: World) -> None:
    running = scale(committed_world, 2)
    claimed(running)
    late = scale(committed_world, 3)
    Delivery.objects.filter(stream=late.id).update(created_at=running.created_at - timedelta(seconds=1))
    lease_runs_out(running)

    assert claim(message_of(late), actor=WORKER) is None
    finish(claimed(running), DONE, actor=WORKER)

    finish(claimed(late), DONE, actor=WORKER)
    assert committed_world.fresh(late).status == "succeeded"


def test_a_request_that_is_to_be_tried_later_waits_for_its_time(committed_world: World) -> None:
    request = scale(committed_world)
    try_later(claimed(request), TimeoutError("no answer"), after=timedelta(minutes=5), actor=WORKER)

    assert claim(message_of(request), actor=WORKER) is None
    pause_is_over(request)
    assert claimed(request).delivery.attempts == 2
    assert committed_world.events(request) == ["request.queued", "request.started", "request.attempt_failed", "request.started"]


def test_past_the_bound_of_attempts_nobody_starts_it_again(committed_world: World) -> None:
    request = scale(committed_world)
    for _ in range(outbox.MAX_ATTEMPTS):
        claimed(request)
        lease_runs_out(request)

    assert claim(message_of(request), actor=WORKER) is None
    assert committed_world.events(request) == ["request.queued"] + ["request.started"] * 5


def test_a_message_that_the_tables_do_not_know_starts_nothing(committed_world: World) -> None:
    """Whoever can write to the broker can forge one: a delivery of her own with the request of somebody else."""
    waiting = committed_world.waiting(committed_world["alice"])
    approved = committed_world.waiting(committed_world["alice"], name="approved")
    own = message_of(scale(committed_world))
    decide.approve(approved.id, actor=committed_world["carol"].actor(), digest=approved.plan_digest)
    before = Event.objects.count()

    stolen = replace(own, stream=waiting.id, seq=waiting.seq, head=bytes(waiting.head))
    forged = [
        stolen,
        replace(stolen, listener="approvals.execute"),
        replace(message_of(approved), listener="autonomy.execute"),
        replace(message_of(approved), delivery=own.delivery),
        replace(own, head=b"\x00" * 32),
        replace(own, seq=own.seq + 1),
        replace(own, delivery=uuid4()),
    ]

    assert [claim(message, actor=WORKER) for message in forged] == [None] * len(forged)
    assert Event.objects.count() == before
    assert Delivery.objects.filter(attempts__gt=0, lane__isnull=False).count() == 0
    assert committed_world.fresh(waiting).status == "awaiting_approval"
