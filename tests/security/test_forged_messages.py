"""The broker only carries hints: who writes to it starts nothing that was not decided, and stops nothing either."""

from dataclasses import replace
from uuid import uuid4

import pytest

from audit.models import Delivery
from audit.outbox import Message
from autonomy.models import ActionRequest, Boundary
from tests.plugins.world import Person, World, waiting_messages
from workers.celery import app
from workers.deliveries import hear


@pytest.fixture
def undecided(world: World, alice: Person) -> ActionRequest:
    return world.waiting(alice, name="undecided")


@pytest.fixture
def approved(world: World, alice: Person, carol: Person) -> ActionRequest:
    """A request whose execution waits for a worker."""
    request = world.waiting(alice)
    assert carol.client.post(f"/api/v1/requests/{request.id}/approve/", {"digest": request.plan_digest}).status_code == 200
    return world.fresh(request)


def execution_of(request: ActionRequest) -> Message:
    (message,) = [message for message in waiting_messages("approvals.execute") if message.stream == request.id]
    return message


@pytest.mark.parametrize("listener", ["autonomy.execute", "approvals.execute", "approvals.plan"])
def test_what_was_not_approved_does_not_run(world: World, undecided: ActionRequest, approved: ActionRequest, listener: str) -> None:
    """With a delivery that there is not, and with that of another request."""
    pointing = {"listener": listener, "stream": undecided.id, "seq": undecided.seq, "head": bytes(undecided.head)}

    for delivery in (uuid4(), execution_of(approved).delivery):
        hear(Message(delivery, **pointing))  # type: ignore[arg-type]
    world.work()

    assert world.fresh(undecided).status == "awaiting_approval"
    assert world.events(undecided) == ["request.submitted", "request.review_opened"]
    assert not Boundary.objects.filter(slug="undecided").exists()
    assert world.fresh(approved).status == "succeeded"


@pytest.mark.parametrize("listener", ["approvals.plan", "notifications.show", "notifications.tell", "autonomy.execute"])
def test_the_wrong_listener_does_not_swallow_a_delivery(world: World, approved: ActionRequest, listener: str) -> None:
    hear(replace(execution_of(approved), listener=listener))

    assert Delivery.objects.filter(listener="approvals.execute", stream=approved.id, attempts=0).count() == 1
    world.work()
    assert world.fresh(approved).status == "succeeded"


def test_a_message_about_another_request_does_not_swallow_a_delivery(
    world: World, undecided: ActionRequest, approved: ActionRequest
) -> None:
    hear(replace(execution_of(approved), stream=undecided.id))

    world.work()
    assert world.fresh(approved).status == "succeeded"
    assert world.fresh(undecided).status == "awaiting_approval"


def test_an_approval_is_not_passed_by_naming_the_other_executor(world: World, approved: ActionRequest, carol: Person) -> None:
    """The executor of what needs no approval does not judge once more whether this one still holds."""
    world.leave(carol, "platform-admins")
    hear(replace(execution_of(approved), listener="autonomy.execute"))

    assert world.fresh(approved).status == "queued"
    world.work()
    assert world.fresh(approved).status == "awaiting_approval"


def test_workers_read_json_alone() -> None:
    """A pickle would run whatever who writes to the broker likes."""
    assert (list(app.conf.accept_content), app.conf.task_serializer) == (["json"], "json")
