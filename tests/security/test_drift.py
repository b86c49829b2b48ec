"""What drifted after it was approved is reviewed anew, and nobody decides on the old plan, through any door."""

from collections.abc import Callable

import pytest

from autonomy.models import ActionRequest
from clusters.objects import Ref
from tests.plugins.door import Door
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World

Doors = Callable[[Person], Door]
QUOTA = Ref.to("ResourceQuota", "compute", "payments-dev")


@pytest.fixture
def drifted(world: World, demo_cluster: SandboxCluster, alice: Person, carol: Person) -> tuple[ActionRequest, str]:
    """A request that waits for the second time, and the digest of its first plan."""
    request = world.submit(alice, "quota.set", {"hard": {"pods": "50"}}, name="compute")
    world.work()
    first = world.fresh(request).plan_digest
    carol.client.post(f"/api/v1/requests/{request.id}/approve/", {"digest": first})
    demo_cluster.gateway("admin").merge_patch(QUOTA, {"spec": {"hard": {"pods": "45"}}})
    world.work()
    return world.fresh(request), first


def test_it_goes_back_to_its_reviewers(world: World, demo_cluster: SandboxCluster, drifted: tuple[ActionRequest, str]) -> None:
    request, first = drifted
    assert (request.status, world.events(request)[-1]) == ("awaiting_approval", "request.drifted")
    assert request.plan_digest != first
    assert demo_cluster.gateway("admin").get(QUOTA)["spec"]["hard"]["pods"] == "45"


def test_the_old_plan_is_not_approved(world: World, carol: Person, drifted: tuple[ActionRequest, str], door: Doors) -> None:
    request, first = drifted
    events = world.events(request)

    assert door(carol).approve(request, digest=first).refused_because == "plan-changed"
    assert world.events(request) == events


def test_the_problem_tells_what_moved(carol: Person, drifted: tuple[ActionRequest, str]) -> None:
    request, first = drifted
    problem = carol.client.post(f"/api/v1/requests/{request.id}/approve/", {"digest": first}).json()

    assert problem["detail"] == "Plan 1 was replaced by plan 2."
    assert [line.split() for line in problem["moved"].splitlines() if line[:1] in "+-" and "pods" in line] == [
        ["-", "pods:", "'40'"],
        ["+", "pods:", "'45'"],
    ]


def test_the_new_plan_is_what_runs(
    world: World, demo_cluster: SandboxCluster, frank: Person, drifted: tuple[ActionRequest, str], door: Doors
) -> None:
    request, _ = drifted

    assert door(frank).approve(request).done
    world.work()

    assert world.fresh(request).status == "succeeded"
    assert demo_cluster.gateway("admin").get(QUOTA)["spec"]["hard"]["pods"] == "50"
