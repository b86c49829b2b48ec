"""What the cluster answers while a request runs: temporary trouble is tried again and ends well, what is final fails with its reason."""

from typing import Any

import pytest
from pytest_django import Settings

from audit import outbox
from audit.models import Delivery
from autonomy.actions.deployment_restart import ANNOTATION
from autonomy.actions.deployment_scale import DeploymentScale
from autonomy.models import ActionRequest
from clusters.objects import Ref
from devstack.demo.manifests import deployment, namespace
from tests.autonomy.scenes import delivery_of, message_of, pause_is_over
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from workers.deliveries import hear
from workers.sweeper import sweep_once

API = Ref.to("Deployment", "api", "payments-dev")
NOW = 0
"""Retry-After of answers that the gateway may repeat at once."""


@pytest.fixture
def cluster(sandbox_cluster: SandboxCluster, settings: Settings) -> SandboxCluster:
    settings.KUBECONFIG_DIR = sandbox_cluster.kubeconfig_dir / "worker"
    admin = sandbox_cluster.gateway("admin")
    admin.apply(namespace("payments-dev"))
    admin.apply(deployment("payments-dev", "api", "registry.example/payments/api:1.0.0", 1))
    return sandbox_cluster


def writes(cluster: SandboxCluster) -> list[dict[str, Any]]:
    return [write for write in cluster.writes() if write["user"] == "worker"]


def attempt_failed(world: World, request: ActionRequest) -> str:
    """The reason that the delivery keeps of the attempt that failed last."""
    stored = world.fresh(request)
    assert (stored.status, stored.finished_at, world.events(request)[-1]) == ("running", None, "request.attempt_failed")
    assert delivery_of(request).lease_until is None
    return delivery_of(request).last_error


@pytest.mark.parametrize("status", [429, 503])
def test_an_overloaded_cluster_is_asked_again_later(world: World, alice: Person, cluster: SandboxCluster, status: int) -> None:
    cluster.fault(method="PATCH", path="/scale", times=5, status=status, retry_after=NOW, message="too busy")
    request = world.submit(alice, "deployment.scale", {"replicas": 2})
    world.work()

    assert "too busy" in attempt_failed(world, request)
    assert writes(cluster) == []

    pause_is_over(request)
    world.work()

    assert world.events(request).count("request.succeeded") == 1
    assert cluster.gateway("admin").get(API)["spec"]["replicas"] == 2
    assert len(writes(cluster)) == 1


def test_the_pause_that_the_cluster_asks_for_is_kept(world: World, alice: Person, cluster: SandboxCluster) -> None:
    cluster.fault(method="PATCH", path="/scale", status=429, retry_after=40)
    request = world.submit(alice, "deployment.scale", {"replicas": 2})
    world.work()

    delivery = delivery_of(request)
    assert delivery.not_before is not None
    assert (delivery.not_before - delivery.published_at).total_seconds() == 40


def test_pauses_double_when_nothing_is_asked_for(world: World, alice: Person, cluster: SandboxCluster) -> None:
    cluster.fault(method="PATCH", path="/scale", times=2, cut=True)
    request = world.submit(alice, "deployment.scale", {"replicas": 2})
    pauses = []
    for _ in range(2):
        world.work()
        delivery = delivery_of(request)
        assert delivery.not_before is not None
        pauses.append((delivery.not_before - delivery.published_at).total_seconds())
        pause_is_over(request)

    assert pauses == [2, 4]


def test_a_connection_that_is_cut_after_the_write_leads_to_one_success_and_one_effect(
    world: World, alice: Person, cluster: SandboxCluster
) -> None:
    cluster.fault(method="PATCH", path="/deployments/api", cut_after_apply=True)
    request = world.submit(alice, "deployment.restart")
    world.work()
    attempt_failed(world, request)
    generation = cluster.gateway("admin").get(API)["metadata"]["generation"]

    pause_is_over(request)
    world.work()

    assert world.events(request)[-1] == "request.applied"
    live = cluster.gateway("admin").get(API)
    assert live["metadata"]["generation"] == generation
    assert live["spec"]["template"]["metadata"]["annotations"][ANNOTATION] == request.fixed["restarted_at"]
    assert [write["changed"] for write in writes(cluster)] == [True, False]


def test_what_the_cluster_forbids_fails_at_once_with_its_reason(world: World, alice: Person, cluster: SandboxCluster) -> None:
    cluster.fault(method="PATCH", path="/scale", status=403, message="deployments.apps is forbidden")
    request = world.submit(alice, "deployment.scale", {"replicas": 2})
    world.work()

    ended = world.fresh(request)
    assert (ended.status, world.events(request)) == ("failed", ["request.queued", "request.started", "request.failed"])
    assert ended.result is not None
    assert "forbidden" in ended.result["error"]["message"]
    assert Delivery.objects.filter(stream=request.id).count() == 0
    assert writes(cluster) == []


def test_a_cluster_that_stays_away_fails_the_request_after_a_bound_with_the_last_reason(
    world: World, alice: Person, cluster: SandboxCluster
) -> None:
    cluster.fault(method="PATCH", path="/scale", times=outbox.MAX_ATTEMPTS, cut=True)
    request = world.submit(alice, "deployment.scale", {"replicas": 2})
    for _ in range(outbox.MAX_ATTEMPTS):
        world.work()
        reason = attempt_failed(world, request)
        pause_is_over(request)
    sweep_once()

    ended = world.fresh(request)
    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "AttemptsExhausted"
    assert reason in ended.result["error"]["message"]
    assert writes(cluster) == []


def test_a_request_that_crashes_its_worker_ends_failed_and_others_go_on(
    world: World, alice: Person, cluster: SandboxCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poisoned(*_: object, **__: object) -> None:
        raise SystemError("the poison works")

    poison = world.submit(alice, "deployment.scale", {"replicas": 2})
    other = world.submit(alice, "deployment.restart")
    with monkeypatch.context() as patch:
        patch.setattr(DeploymentScale, "write", poisoned)
        for _ in range(outbox.MAX_ATTEMPTS):
            world.work()
            pause_is_over(poison)
    sweep_once()
    world.work()

    ended = world.fresh(poison)
    assert ended.status == "failed"
    assert ended.result is not None
    assert "the poison works" in ended.result["error"]["message"]
    assert world.events(other)[-1] == "request.applied"


def test_the_second_of_two_deliveries_of_the_same_hint_does_nothing(world: World, alice: Person, cluster: SandboxCluster) -> None:
    request = world.submit(alice, "deployment.scale", {"replicas": 2})
    message = message_of(request)
    hear(message)
    events = world.events(request)

    hear(message)

    assert world.events(request) == events == ["request.queued", "request.started", "request.succeeded"]
    assert len(writes(cluster)) == 1
