"""The web processes cannot write, not even as a dry run; workers write what the product writes; nobody of both reads secrets."""

from collections.abc import Callable

import pytest

from clusters.errors import Forbidden
from clusters.gateway import Gateway
from clusters.objects import Ref
from guidance.services.live import KINDS
from tests.clusters.conftest import Cluster
from tests.clusters.manifests import config_map, deployment, namespace_manifest, network_policy, pod, quota


@pytest.mark.parametrize("dry_run", [False, True])
def test_the_web_credential_cannot_write(web: Gateway, worker: Gateway, namespace: str, dry_run: bool) -> None:
    before = worker.apply(network_policy("deny", namespace)).object
    ref = Ref.of(before)

    attempts: list[Callable[[], object]] = [
        lambda: web.apply(network_policy("deny", namespace, "Egress"), dry_run=dry_run),
        lambda: web.apply(network_policy("new", namespace), dry_run=dry_run),
        lambda: web.create(pod("new", namespace), dry_run=dry_run),
        lambda: web.merge_patch(ref, {"spec": {"policyTypes": ["Egress"]}}, dry_run=dry_run),
        lambda: web.scale(Ref.to("Deployment", "api", namespace), 0, dry_run=dry_run),
        lambda: web.delete(ref, uid=before["metadata"]["uid"], dry_run=dry_run),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()

    assert web.list("NetworkPolicy", namespace).items == [before]


def test_the_web_credential_reads_what_the_product_shows(web: Gateway, worker: Gateway, namespace: str) -> None:
    worker.apply(quota("compute", namespace, pods="10"))

    assert web.get(Ref.to("ResourceQuota", "compute", namespace))["spec"] == {"hard": {"pods": "10"}}
    for kind in (*KINDS, "Event", "LimitRange", "HorizontalPodAutoscaler"):
        assert web.list(kind, namespace).items == []


def test_a_worker_may_create_pods_as_a_dry_run_only(worker: Gateway, namespace: str) -> None:
    shown = worker.create(pod("check", namespace), dry_run=True)

    with pytest.raises(Forbidden):
        worker.create(pod("check", namespace))

    assert shown.created
    assert worker.list("Pod", namespace).items == []


def test_a_worker_writes_nothing_that_the_product_does_not(worker: Gateway, namespace: str) -> None:
    written = worker.apply(deployment("api", namespace)).object

    attempts: list[Callable[[], object]] = [
        lambda: worker.apply(config_map("settings", namespace)),
        lambda: worker.create(namespace_manifest("another")),
        lambda: worker.delete(Ref.of(written), uid=written["metadata"]["uid"]),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()


@pytest.mark.parametrize(("user", "status"), [("web", 403), ("worker", 403), ("admin", 200)])
def test_secrets_are_for_administrators_only(cluster: Cluster, namespace: str, user: str, status: int) -> None:
    with cluster.http(user) as client:
        assert client.get(f"/api/v1/namespaces/{namespace}/secrets").status_code == status


def test_an_unknown_token_is_nobody(cluster: Cluster) -> None:
    with cluster.http("web") as client:
        answer = client.get("/api/v1/pods", headers={"Authorization": "Bearer unknown"})

    assert (answer.status_code, answer.json()["reason"]) == (401, "Unauthorized")
