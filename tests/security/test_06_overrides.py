"""Case 6, overrides: who owns the policy agrees, for the time that was asked for, and nobody for herself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from autonomy.models import ActionRequest
from autonomy.submission import Override
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS, Doors, altered, manifest, nothing_happens

POLICY = "run-as-non-root"  # owned by security


def overriding(world: World, who: Person, **more: Any) -> ActionRequest:
    """A request that waits for the security team to let it pass their policy."""
    wish = Override((POLICY,), "An old image.", datetime.now(UTC) + timedelta(hours=1))
    parameters = {"manifest": manifest(securityContext={})}
    request = world.submit(who, "deployment.apply", parameters, name="web", override=wish, **more)
    world.work()
    return world.fresh(request)


def override_ended(request: ActionRequest) -> None:
    """As if it had been asked for until a moment ago, from the beginning."""
    until = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    change = """
      WITH told AS (UPDATE audit_event SET body = convert_to(replace(convert_from(body, 'UTF8'), %s, %s), 'UTF8') WHERE stream = %s)
      UPDATE autonomy_actionrequest SET override = override || jsonb_build_object('until', %s::text) WHERE id = %s"""
    assert request.override is not None
    altered(change, request.override["until"], until, request.id, until, request.id)


def test_it_waits_for_the_owners_alone(world: World, demo_cluster: SandboxCluster, alice: Person, carol: Person, door: Doors) -> None:
    request = overriding(world, alice)
    assert (request.status, request.level) == ("awaiting_approval", 2)

    with nothing_happens(world, request, demo_cluster):
        assert door(carol).approve(request).refused_because == "not-your-stage"


def test_an_owner_does_not_override_for_herself_but_a_colleague_may(
    world: World, demo_cluster: SandboxCluster, dave: Person, erin: Person, door: Doors
) -> None:
    request = overriding(world, dave)

    with nothing_happens(world, request, demo_cluster):
        assert door(dave).approve(request).refused_because == "own-request"
    assert door(erin).approve(request).done
    world.work()
    assert demo_cluster.writes()[-1]["path"].endswith("/namespaces/payments-dev/deployments/web")


@pytest.mark.parametrize("until", ["2020-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_an_override_that_is_over_or_would_hardly_end_is_not_asked_for(world: World, alice: Person, until: str) -> None:
    body = {
        "action": "deployment.apply",
        "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "web"},
        "parameters": {"manifest": manifest(securityContext={})},
        "override": {"policies": [POLICY], "reason": "An old image.", "until": until},
    }

    answer = alice.client.post(REQUESTS, body)

    assert (answer.status_code, answer.json()["type"], answer.json()["pointer"]) == (400, "/problems/bad-override", "/override/until")
    assert ActionRequest.objects.count() == 0


def test_what_is_hard_mandatory_nobody_overrides(world: World, alice: Person) -> None:
    body = {
        "action": "deployment.apply",
        "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "web"},
        "parameters": {"manifest": manifest(securityContext={"runAsNonRoot": True, "privileged": True})},
        "override": {"policies": ["no-privileged"], "reason": "Please.", "until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()},
    }

    answer = alice.client.post(REQUESTS, body)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-override")
    assert ActionRequest.objects.count() == 0


def test_it_can_be_granted_only_while_it_lasts(world: World, demo_cluster: SandboxCluster, alice: Person) -> None:
    """72 hours are the time to decide; this override ends in one."""
    request = overriding(world, alice)

    assert request.override is not None
    assert request.reviews.get().expires_at == datetime.fromisoformat(request.override["until"])


def test_it_does_not_run_when_it_ended_before_its_turn(
    world: World, demo_cluster: SandboxCluster, alice: Person, dave: Person, door: Doors
) -> None:
    request = overriding(world, alice)
    written = demo_cluster.writes()
    assert door(dave).approve(request).done
    override_ended(request)
    world.work()

    failed = world.fresh(request)
    assert (failed.status, failed.result and failed.result["error"]["reason"]) == ("failed", "OverrideEnded")
    assert demo_cluster.writes() == written
