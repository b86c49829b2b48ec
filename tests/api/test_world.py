"""The world that the tests live in."""

from audit.models import Event
from autonomy.models import ActionRequest, Boundary
from autonomy.status import Status
from tests.plugins.world import Person, World


def test_people_have_the_groups_of_the_demo(world: World) -> None:
    groups = {name: sorted(person.actor().groups) for name, person in world.people.items()}
    assert groups == {
        "alice": ["payments"], "bob": ["search"], "carol": ["platform-admins"], "frank": ["platform-admins"],
        "dave": ["security"], "erin": ["security"], "gina": ["auditors"], "ci-payments": ["payments"],
    }  # fmt: skip


def test_the_rules_are_loaded_with_their_history(world: World) -> None:
    rows = list(Boundary.objects.all())
    assert rows != []
    assert [bytes(Event.objects.get(stream=row.pk).hash) for row in rows] == [bytes(row.head) for row in rows]


def test_a_request_that_waits_is_planned_without_worker_processes(world: World, alice: Person) -> None:
    request = world.waiting(alice)
    assert request.status == Status.AWAITING_APPROVAL
    assert world.events(request) == ["request.submitted", "request.review_opened"]


def test_the_committed_world_is_the_same(committed_world: World) -> None:
    assert sorted(committed_world.people) == ["alice", "bob", "carol", "ci-payments", "dave", "erin", "frank", "gina"]
    assert ActionRequest.objects.count() == 0
