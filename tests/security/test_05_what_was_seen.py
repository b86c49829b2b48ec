"""Case 5: an approval is of exactly the plan that was seen, and exactly that runs."""

import pytest

from approvals.models import Decision
from audit import canonical
from autonomy.models import ActionRequest, Boundary
from tests.plugins.world import Person, World
from tests.security.scenes import Doors, altered, nothing_happens


@pytest.fixture
def other(world: World, alice: Person) -> ActionRequest:
    """Another request, with another plan."""
    return world.waiting(alice, name="other")


def test_the_digest_of_another_request_is_not_enough(world: World, alice: Person, carol: Person, other: ActionRequest, door: Doors) -> None:
    request = world.waiting(alice)

    with nothing_happens(world, request):
        assert door(carol).approve(request, digest=other.plan_digest).refused_because == "plan-changed"
        assert door(carol).approve(request, digest=other.plan_digest, comment="with a form").refused_because == "plan-changed"


def test_nearly_the_digest_is_not_the_digest(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    digest = request.plan_digest
    other_script = digest[:8] + "\u0661" * 63

    with nothing_happens(world, request):
        for almost in (digest.upper(), digest.removeprefix("sha256:"), digest[:-1], f" {digest[:-1]}", "%", other_script):
            answer = carol.client.post(f"/api/v1/requests/{request.id}/approve/", {"digest": almost})
            assert (answer.status_code, answer.json()["type"]) == (409, "/problems/plan-changed"), almost


def test_the_decision_holds_the_digest_of_the_bytes_that_ran(world: World, alice: Person, carol: Person, door: Doors) -> None:
    request = world.waiting(alice)
    assert door(carol).approve(request, digest=request.plan_digest).done
    world.work()

    plan = world.fresh(request).plan
    assert plan is not None
    assert world.fresh(request).status == "succeeded"
    assert Decision.objects.get(review__request=request).digest == plan.digest == canonical.digest_of_bytes(bytes(plan.body))


def test_a_plan_that_was_exchanged_in_the_database_does_not_run(
    world: World, alice: Person, carol: Person, other: ActionRequest, door: Doors
) -> None:
    request = world.waiting(alice)
    assert door(carol).approve(request).done
    altered("UPDATE autonomy_plan SET body = (SELECT body FROM autonomy_plan WHERE id = %s) WHERE id = %s", other.plan_id, request.plan_id)
    world.work()

    failed = world.fresh(request)
    assert (failed.status, failed.result and failed.result["error"]["reason"]) == ("failed", "Tampered")
    assert not Boundary.objects.filter(slug__in=(request.name, other.name)).exists()
