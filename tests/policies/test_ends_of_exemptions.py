"""An exemption ends at its time, by the database's clock, on every path; whatever a process has kept of it."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from audit import epoch
from guidance.models import Exemption, Policy
from tests.approvals.scenes import approve, executed
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.policies.clock import database_later_by
from tests.policies.scenes import DAY, apply, exemption, granted, history
from tests.security.scenes import manifest
from workers.sweeper import sweep_once

POLICY = "run-as-non-root"
AS_ROOT = manifest(securityContext={})
LATER = DAY + timedelta(minutes=1)
DURING = DAY - timedelta(minutes=1)


def test_what_a_process_keeps_ends_with_it(world: World, alice: Person) -> None:
    granted(world)
    assert apply(alice, AS_ROOT)[0] == 202
    kept = epoch.current()
    assert apply(alice, AS_ROOT)[0] == 202
    assert epoch.current() is kept

    with database_later_by(DURING):
        assert apply(alice, AS_ROOT)[0] == 202
    with database_later_by(LATER):
        assert apply(alice, AS_ROOT)[0] == 422


def test_no_clock_but_the_databases_counts(world: World, alice: Person) -> None:
    granted(world)

    with time_machine.travel(timezone.now() + 2 * DAY):
        assert apply(alice, AS_ROOT)[0] == 202
    with time_machine.travel(timezone.now() - 2 * DAY), database_later_by(LATER):
        assert apply(alice, AS_ROOT)[0] == 422


def test_until_the_sweeper_has_told_that_it_is_over_nothing_is_kept(world: World, alice: Person) -> None:
    granted(world)
    granted(world, name="other", lasts=2 * DAY)
    policy = Policy.objects.get(slug=POLICY)

    with database_later_by(LATER):
        assert epoch.current().id is None
        assert epoch.current() is not epoch.current()
        sweep_once()
        sweep_once()

        assert epoch.current().id is not None
        assert epoch.current() is epoch.current()
        assert [row.name for row in Exemption.objects.all()] == ["other"]
        assert history(policy)[-2:] == ["Policy.exempted", "Policy.exemption_over"]
    with database_later_by(2 * DAY + timedelta(minutes=1)):
        assert epoch.current().id is None


def test_the_sweeper_leaves_alone_what_has_not_ended(world: World) -> None:
    granted(world)

    sweep_once()

    assert Exemption.objects.count() == 1


def test_what_was_approved_while_it_lasted_does_not_run_after_it(
    world: World, alice: Person, carol: Person, demo_cluster: SandboxCluster
) -> None:
    """A change of the platform, which people approve: its policy is hard-mandatory there."""
    Policy.objects.filter(slug=POLICY).update(enforcement="hard-mandatory")
    granted(world, namespace="platform-system")
    request = world.submit(alice, "deployment.apply", {"manifest": AS_ROOT}, name="web", namespace="platform-system")
    world.work("approvals.plan")
    approve(request, carol)
    written = demo_cluster.writes()

    with database_later_by(LATER):
        ended = executed(world, request)

    assert (ended.status, demo_cluster.writes()) == ("failed", written)
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "PolicyChanged"
    assert ended.result["error"]["message"].startswith(f"{POLICY} refuses it since: ")


def test_what_had_to_wait_for_its_turn_does_not_run_after_it(world: World, alice: Person, demo_cluster: SandboxCluster) -> None:
    granted(world)
    written = demo_cluster.writes()
    request = world.submit(alice, "deployment.apply", {"manifest": AS_ROOT}, name="web")
    assert request.status == "queued"

    with database_later_by(LATER):
        ended = executed(world, request)

    assert (ended.status, demo_cluster.writes()) == ("failed", written)
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "PolicyChanged"


def test_what_runs_while_it_lasts_is_done(world: World, alice: Person, demo_cluster: SandboxCluster) -> None:
    granted(world)

    request = executed(world, world.submit(alice, "deployment.apply", {"manifest": AS_ROOT}, name="web"))

    assert request.status == "running"
    assert demo_cluster.writes()[-1]["path"].endswith("/namespaces/payments-dev/deployments/web")


def test_one_that_is_over_is_renewed_like_any_other(world: World, alice: Person) -> None:
    granted(world)
    with database_later_by(LATER):
        granted(world, lasts=3 * DAY)
        assert apply(alice, AS_ROOT)[0] == 202
        sweep_once()
        assert apply(alice, AS_ROOT)[0] == 202


def test_an_end_that_passed_while_it_waited_is_granted_by_nobody(world: World, alice: Person, dave: Person) -> None:
    request = approve(exemption(world, alice), dave)

    with database_later_by(LATER):
        ended = executed(world, request)

    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "EndPassed"
    assert not Exemption.objects.exists()


def test_a_renewal_does_not_drift_when_the_former_one_ends_before_it_is_approved(world: World, alice: Person, dave: Person) -> None:
    granted(world)
    renewal = exemption(world, alice, lasts=3 * DAY)

    with database_later_by(LATER):
        sweep_once()
        assert executed(world, approve(renewal, dave)).status == "succeeded"
        assert apply(alice, AS_ROOT)[0] == 202
