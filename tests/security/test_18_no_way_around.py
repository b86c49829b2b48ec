"""Case 18: what rules forbid is not reached by editing the rules, by another door, or by a rule that comes too late.

That the admin edits none: tests/admin/test_read_only.py. There are no freezes yet.
"""

import pytest
from django.core.management import call_command

from approvals.models import ApprovalRule
from autonomy.models import Boundary
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS, Doors, another_account, nothing_happens


@pytest.mark.parametrize("rules", ["boundaries", "approval-rules", "policies", "actions"])
def test_the_api_only_shows_rules(world: World, carol: Person, rules: str) -> None:
    before = list(Boundary.objects.values()), list(ApprovalRule.objects.values())
    path = f"/api/v1/{rules}/"

    for method in ("post", "put", "patch", "delete"):
        headers = {"authorization": f"Bearer {carol.secret}"}
        answer = getattr(carol.browser, method)(path, {"slug": "x", "level": 1}, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")
    assert (list(Boundary.objects.values()), list(ApprovalRule.objects.values())) == before


def test_the_files_of_an_installation_change_no_rule_that_is_there(world: World) -> None:
    Boundary.objects.exclude(slug="big-scale").delete()
    kept = list(Boundary.objects.values())

    call_command("load_rules")

    assert list(Boundary.objects.values()) == kept


def test_a_boundary_is_not_lowered_by_an_alias_of_who_wants_it_lower(world: World, carol: Person, door: Doors) -> None:
    second = another_account(world, "carol2", of=carol, groups=("platform-admins",))
    request = world.submit(carol, "boundary.set", {"remove": True}, name="platform-services")
    world.work()

    with nothing_happens(world, request):
        assert door(second).approve(world.fresh(request)).refused_because == "own-request"
    assert Boundary.objects.filter(slug="platform-services").exists()


def test_a_boundary_that_is_lowered_frees_nothing_that_waits(
    world: World, demo_cluster: SandboxCluster, alice: Person, carol: Person, door: Doors
) -> None:
    waiting = world.submit(alice, "deployment.scale", {"replicas": 60})
    lowering = world.submit(alice, "boundary.set", {"remove": True}, name="big-scale")
    world.work()
    assert world.fresh(waiting).status == "awaiting_approval"
    with nothing_happens(world, waiting, demo_cluster):
        pass
    assert door(carol).approve(world.fresh(lowering)).done
    world.work()

    assert not Boundary.objects.filter(slug="big-scale").exists()
    assert (world.fresh(waiting).status, world.fresh(waiting).level) == ("awaiting_approval", 3)
    assert demo_cluster.gateway("admin").list("Deployment", "payments-dev").items[0]["spec"]["replicas"] < 60


def test_no_boundary_brings_an_action_below_its_own_level(world: World, alice: Person, carol: Person, door: Doors) -> None:
    lowering = world.submit(alice, "boundary.set", {"level": 1, "actions": ["*"]}, name="everything")
    world.work()
    assert door(carol).approve(world.fresh(lowering)).done
    world.work()
    assert Boundary.objects.get(slug="everything").level == 1

    body = {"action": "boundary.set", "target": {"name": "more"}, "parameters": {"level": 1}}
    answer = alice.client.post(REQUESTS, body)

    assert (answer.status_code, answer.json()["level"], answer.json()["status"]) == (202, 3, "submitted")


def test_who_may_not_ask_may_not_ask_by_a_dry_run_or_an_override(world: World, bob: Person) -> None:
    target = {"cluster": "sandbox", "namespace": "payments-prod", "name": "api"}
    override = {"policies": ["run-as-non-root"], "reason": "x", "until": "2099-01-01T00:00:00Z"}

    for more in ({}, {"dry_run": True}, {"override": override}):
        answer = bob.client.post(REQUESTS, {"action": "deployment.restart", "target": target, **more})
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-your-namespace")
    assert not bob.account.action_requests.exists()
