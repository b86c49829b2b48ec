"""Quotas judge pods: what a Deployment's template would need is asked with a pod as a dry run."""

import pytest

from clusters.errors import Forbidden
from clusters.gateway import Gateway
from clusters.objects import Object, Ref
from tests.clusters.manifests import container, deployment, pod, quota
from tests.controlplane.polling import until


def limited(admin: Gateway, namespace: str, **hard: str) -> Ref:
    """A quota that is already in force."""
    ref = Ref.of(admin.apply(quota("compute", namespace, **hard)).object)
    until(lambda: status(admin, ref).get("hard"))
    return ref


def status(gateway: Gateway, ref: Ref) -> Object:
    answer: Object = gateway.get(ref).get("status", {})
    return answer


def asking(cpu: str, name: str = "api") -> Object:
    return container(name, resources={"requests": {"cpu": cpu}})


def test_a_pod_that_does_not_fit_is_refused_even_as_a_dry_run(admin: Gateway, worker: Gateway, namespace: str) -> None:
    limited(admin, namespace, requests_cpu="1")

    with pytest.raises(Forbidden) as refused:
        worker.create(pod("big", namespace, asking("2")), dry_run=True)

    assert refused.value.message == (
        'pods "big" is forbidden: exceeded quota: compute, requested: requests.cpu=2, used: requests.cpu=0, limited: requests.cpu=1'
    )


def test_a_dry_run_is_not_charged(admin: Gateway, worker: Gateway, namespace: str) -> None:
    ref = limited(admin, namespace, requests_cpu="1")

    for name in ("one", "two"):
        worker.create(pod(name, namespace, asking("600m")), dry_run=True)

    assert status(admin, ref)["used"] == {"requests.cpu": "0"}


def test_a_container_without_the_request_that_a_quota_counts_is_refused(admin: Gateway, worker: Gateway, namespace: str) -> None:
    limited(admin, namespace, requests_cpu="1")

    with pytest.raises(Forbidden) as refused:
        worker.create(pod("silent", namespace, asking("100m"), container("proxy", resources={})), dry_run=True)

    assert refused.value.message == 'pods "silent" is forbidden: failed quota: compute: must specify requests.cpu for: proxy'


def test_pods_are_charged_when_they_come_and_given_back_when_they_go(admin: Gateway, namespace: str) -> None:
    ref = limited(admin, namespace, requests_cpu="2", pods="10")
    worker_manifest = deployment("api", namespace, asking("250m"), replicas=2)

    def used_with(pods: int) -> Object | None:
        """What is charged once so many pods are counted."""
        return until(lambda: used if (used := status(admin, ref)["used"])["pods"] == str(pods) else None)

    admin.apply(worker_manifest)
    assert used_with(2) == {"requests.cpu": "500m", "pods": "2"}

    admin.scale(Ref.of(worker_manifest), 0)
    assert used_with(0) == {"requests.cpu": "0", "pods": "0"}


def test_a_deployment_that_does_not_fit_tells_it_in_its_status(admin: Gateway, worker: Gateway, namespace: str) -> None:
    limited(admin, namespace, requests_cpu="1")
    ref = Ref.of(worker.apply(deployment("api", namespace, asking("600m"), replicas=2)).object)

    failure = until(lambda: condition(worker.get(ref), "ReplicaFailure")) or {}

    assert (failure["status"], failure["reason"]) == ("True", "FailedCreate")
    assert "exceeded quota: compute, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1" in failure["message"]


SIDECAR = {"restartPolicy": "Always"}


def sized(cpu: str, name: str, **more: str) -> Object:
    return container(name, resources={"requests": {"cpu": cpu}}, **more)


@pytest.mark.parametrize(
    ("spec", "cpu"),
    [
        ({"containers": [sized("100m", "a"), sized("200m", "b")]}, "300m"),
        ({"containers": [sized("100m", "a")], "initContainers": [sized("500m", "big"), sized("300m", "small")]}, "500m"),
        ({"containers": [sized("100m", "a")], "initContainers": [sized("50m", "proxy", **SIDECAR)]}, "150m"),
        ({"containers": [sized("100m", "a")], "initContainers": [sized("50m", "proxy", **SIDECAR), sized("300m", "late")]}, "350m"),
        ({"containers": [sized("100m", "a")], "initContainers": [sized("300m", "early"), sized("50m", "proxy", **SIDECAR)]}, "300m"),
        ({"containers": [sized("100m", "a")], "resources": {"requests": {"cpu": "700m"}}}, "700m"),
        ({"containers": [container("a", resources={"limits": {"cpu": "400m"}})]}, "400m"),
    ],
    ids=["sum", "largest-init", "sidecar", "init-after-sidecar", "init-before-sidecar", "pod-level", "limit-only"],
)
def test_a_pod_asks_for_as_much_as_it_ever_needs_at_once(admin: Gateway, worker: Gateway, namespace: str, spec: Object, cpu: str) -> None:
    limited(admin, namespace, requests_cpu="10m")
    manifest = pod("api", namespace)
    manifest["spec"] = spec

    with pytest.raises(Forbidden, match=f"requested: requests.cpu={cpu}, used: requests.cpu=0, limited: requests.cpu=10m"):
        worker.create(manifest, dry_run=True)


def test_a_quota_of_memory_and_objects_is_told_in_the_usual_units(admin: Gateway, namespace: str) -> None:
    ref = limited(admin, namespace, requests_memory="1Gi", limits_cpu="4", count_deployments="3")
    resources = {"requests": {"memory": "96Mi"}, "limits": {"cpu": "1500m", "memory": "128Mi"}}

    admin.apply(deployment("api", namespace, container(resources=resources), replicas=2))

    wanted = {"requests.memory": "192Mi", "limits.cpu": "3", "count/deployments.apps": "1"}
    until(lambda: status(admin, ref)["used"] == wanted)
    assert status(admin, ref)["hard"] == {"requests.memory": "1Gi", "limits.cpu": "4", "count/deployments.apps": "3"}


def condition(obj: Object, kind: str) -> Object | None:
    return next((item for item in obj.get("status", {}).get("conditions", ()) if item["type"] == kind), None)
