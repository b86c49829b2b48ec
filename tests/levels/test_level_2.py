"""Level 2 is stopped by policies, with findings that mend, or runs at once."""

import copy
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.actor import Actor
from autonomy.errors import BadParameters
from autonomy.models import ActionRequest
from autonomy.services.observe import observe
from devstack.demo.manifests import deployment
from tests.levels.conftest import LiveCluster, eventually
from tests.plugins.world import Person, World

Watch = Callable[[ActionRequest], ActionRequest]


def careless(name: str) -> dict[str, object]:
    manifest = deployment("payments-dev", name, "registry.example/payments/api:1.0.0", 1)
    broken = copy.deepcopy(manifest)
    container = broken["spec"]["template"]["spec"]["containers"][0]
    del container["securityContext"]
    del container["resources"]
    return broken


def test_a_careless_manifest_is_refused_and_nothing_is_written(world: World, alice: Person, cluster: LiveCluster) -> None:
    request = world.submit(alice, "deployment.apply", {"manifest": careless("careless")}, name="careless")
    world.work()

    assert world.fresh(request).status == "policy_failed"
    assert {finding["policy"] for finding in request.findings} >= {"requests-and-limits", "run-as-non-root"}
    assert not cluster.exists("Deployment", "careless")


def test_the_mended_manifest_is_accepted_and_rolls_out(world: World, alice: Person, cluster: LiveCluster, watched: Watch) -> None:
    refused = world.submit(alice, "deployment.apply", {"manifest": careless(cluster.api)}, name=cluster.api)
    assert refused.mended is not None

    request = world.submit(alice, "deployment.apply", {"manifest": refused.mended}, name=cluster.api)
    world.work()

    assert watched(request).status == "succeeded"
    container = cluster.deployment()["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["requests"]["cpu"]


def test_the_cluster_s_own_refusal_is_passed_on_with_the_field(world: World, alice: Person, cluster: LiveCluster) -> None:
    manifest = deployment("payments-dev", cluster.api, "registry.example/payments/api:1.0.0", 1)
    manifest["spec"]["selector"] = {"matchLabels": {"app.kubernetes.io/part-of": "payments"}}
    request = world.submit(alice, "deployment.apply", {"manifest": manifest}, name=cluster.api)
    world.work()

    ended = world.fresh(request)
    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "Invalid"
    assert "spec.selector" in ended.result["error"]["hint"]


@pytest.mark.parametrize("member", ["name", "namespace"])
def test_a_manifest_that_contradicts_its_target_is_refused(world: World, alice: Person, member: str) -> None:
    manifest = deployment("payments-dev", "api", "registry.example/payments/api:1.0.0", 1)
    manifest["metadata"][member] = "another"

    with pytest.raises(BadParameters) as refused:
        world.submit(alice, "deployment.apply", {"manifest": manifest}, name="api")

    assert refused.value.pointer == f"/parameters/manifest/metadata/{member}"
    assert ActionRequest.objects.count() == 0


def test_what_this_product_scaled_itself_is_not_in_the_way_of_a_manifest(
    world: World, alice: Person, cluster: LiveCluster, watched: Watch
) -> None:
    scaled = world.submit(alice, "deployment.scale", {"replicas": 3}, name=cluster.api)
    world.work()
    manifest = deployment("payments-dev", cluster.api, "registry.example/payments/api:1.0.1", 2)
    request = world.submit(alice, "deployment.apply", {"manifest": manifest}, name=cluster.api)
    world.work()

    assert world.fresh(scaled).status == "succeeded"
    assert watched(request).status == "succeeded"
    assert cluster.deployment()["spec"]["replicas"] == 2


def test_pods_that_a_quota_never_lets_in_end_the_request_before_its_deadline(world: World, alice: Person, cluster: LiveCluster) -> None:
    manifest = deployment("payments-dev", cluster.api, "registry.example/payments/api:1.0.1", 1)
    manifest["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "5"
    request = world.submit(alice, "deployment.apply", {"manifest": manifest}, name=cluster.api)
    world.work()
    eventually(lambda: "ReplicaFailure" in {one["type"] for one in cluster.deployment()["status"]["conditions"]})

    def seen(after: timedelta) -> ActionRequest:
        observe(request.id, cluster.deployment(), [], actor=Actor.worker(), now=timezone.now() + after)
        return world.fresh(request)

    assert seen(timedelta()).status == "running", "Kubernetes refuses for a moment what it lets in later"
    eventually(lambda: seen(timedelta(minutes=3)).status == "failed")
    error = (world.fresh(request).result or {})["error"]
    assert error["reason"] == "FailedCreate"
    assert "exceeded quota: compute, requested: requests.cpu=5" in error["message"]
    assert "quota.set" in error["hint"]
    assert cluster.deployment()["status"]["availableReplicas"] == 1
