"""Case 19: a dry run runs nothing, can be decided by nobody, and is not a way around anything.

That a server-side dry run changes nothing is in tests/clusters/test_contract_dry_run.py.
"""

import pytest

from approvals.models import Review
from autonomy.models import ActionRequest, Boundary
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.security.scenes import POLICY, REQUESTS, Doors, manifest, nothing_happens


@pytest.fixture
def planned(world: World, alice: Person) -> ActionRequest:
    request = world.submit(alice, "boundary.set", {"level": 1}, name="weekend", dry_run=True)
    world.work()
    return world.fresh(request)


def test_it_is_not_decided(world: World, carol: Person, planned: ActionRequest, door: Doors) -> None:
    assert planned.status == "planned"
    way_in = door(carol)

    with nothing_happens(world, planned):
        assert way_in.approve(planned).refused_because == "not-open"
        assert way_in.deny(planned, comment="no").refused_because == "not-open"
    assert not Review.objects.filter(request=planned).exists()
    assert not Boundary.objects.filter(slug="weekend").exists()


def test_its_plan_does_not_approve_the_real_one(world: World, alice: Person, carol: Person, planned: ActionRequest, door: Doors) -> None:
    """The same change has the same digest; a decision is about the request in its address all the same."""
    real = world.submit(alice, "boundary.set", {"level": 1}, name="weekend")
    world.work()
    assert world.fresh(real).plan_digest == planned.plan_digest

    with nothing_happens(world, real):
        assert door(carol).approve(planned).refused_because == "not-open"


@pytest.mark.parametrize(
    ("action", "name", "parameters"),
    [
        ("deployment.restart", "api", {}), ("deployment.scale", "api", {"replicas": 7}),
        ("deployment.apply", "web", {"manifest": manifest()}), ("networkpolicy.apply", "ingress", {"manifest": POLICY}),
        ("quota.set", "compute", {"hard": {"pods": "7"}}),
    ],
)  # fmt: skip
def test_nothing_is_written_to_a_cluster(
    world: World, demo_cluster: SandboxCluster, alice: Person, action: str, name: str, parameters: dict[str, object]
) -> None:
    before = demo_cluster.writes()
    request = world.submit(alice, action, parameters, name=name, dry_run=True)
    world.work()

    assert (world.fresh(request).status, demo_cluster.writes()) == ("planned", before)


def test_it_is_for_those_alone_who_may_ask_for_the_real_one(world: World, bob: Person, gina: Person) -> None:
    body = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}, "dry_run": True}

    for who in (bob, gina):
        assert who.client.post(REQUESTS, body).status_code == 403
    assert ActionRequest.objects.count() == 0
