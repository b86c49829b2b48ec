"""Level 1 runs at once."""

from collections.abc import Callable

from autonomy.models import ActionRequest
from clusters.rollout import template_digest
from devstack.demo.manifests import deployment
from tests.levels.conftest import LiveCluster, message
from tests.plugins.world import Person, World

Watch = Callable[[ActionRequest], ActionRequest]


def test_a_restart_rolls_the_pods_and_succeeds_when_they_are_there(
    world: World, alice: Person, cluster: LiveCluster, watched: Watch
) -> None:
    before = cluster.deployment()
    request = world.submit(alice, "deployment.restart", name=cluster.api)
    assert (request.level, request.status) == (1, "queued")

    world.work()
    assert message(world.fresh(request)) == f"The Deployment {cluster.api} replaces its pods with new ones."
    ended = watched(request)

    assert (ended.status, message(ended)) == ("succeeded", "1 of 1 replicas are updated and available.")
    assert world.events(request) == ["request.queued", "request.started", "request.applied", "request.succeeded"]
    after = cluster.deployment()
    assert template_digest(after) != template_digest(before)
    assert after["metadata"]["generation"] == before["metadata"]["generation"] + 1


def test_a_scale_is_done_when_it_is_written(world: World, alice: Person, cluster: LiveCluster) -> None:
    request = world.submit(alice, "deployment.scale", {"replicas": 2}, name=cluster.api)
    world.work()

    assert world.fresh(request).status == "succeeded"
    assert message(world.fresh(request)) == f"The Deployment {cluster.api} is scaled to 2 replicas."
    assert cluster.deployment()["spec"]["replicas"] == 2


def test_what_is_not_there_fails_with_a_reason_and_a_hint(world: World, alice: Person, cluster: LiveCluster) -> None:
    request = world.submit(alice, "deployment.restart", name="nothing-here")
    world.work()

    ended = world.fresh(request)
    assert ended.status == "failed"
    assert ended.result == {
        "error": {
            "reason": "NotFound",
            "message": 'deployments.apps "nothing-here" not found',
            "hint": "Check cluster, namespace and name of the target; it must exist.",
        }
    }


def test_a_rollout_that_cannot_succeed_fails_early_with_the_true_reason(
    world: World, alice: Person, cluster: LiveCluster, watched: Watch
) -> None:
    manifest = deployment("payments-dev", cluster.api, "registry.example/payments/does-not-exist:1", 1)
    request = world.submit(alice, "deployment.apply", {"manifest": manifest}, name=cluster.api)
    world.work()

    ended = watched(request)

    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] in {"ImagePullBackOff", "ErrImagePull"}


def test_a_restart_that_a_newer_template_overtakes_is_superseded(world: World, alice: Person, cluster: LiveCluster, watched: Watch) -> None:
    request = world.submit(alice, "deployment.restart", name=cluster.api)
    world.work()
    newer = deployment("payments-dev", cluster.api, "registry.example/payments/api:2.0.0", 1)
    cluster.admin.apply(newer)

    ended = watched(request)

    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "Superseded"


def test_requests_on_one_target_run_in_order(world: World, alice: Person, cluster: LiveCluster) -> None:
    requests = [world.submit(alice, "deployment.scale", {"replicas": replicas}, name=cluster.api) for replicas in (3, 1, 2)]
    world.work()

    assert [world.fresh(request).status for request in requests] == ["succeeded"] * 3
    assert cluster.deployment()["spec"]["replicas"] == 2
