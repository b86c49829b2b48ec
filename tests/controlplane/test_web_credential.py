"""The web processes' credential reads, and nothing else."""

import httpx
import pytest

from tests.controlplane.objects import apply, collection, deployment, names, network_policy, pod, quota

READABLE = (
    "/api/v1/namespaces",
    "/api/v1/pods",
    "/api/v1/events",
    "/api/v1/resourcequotas",
    "/api/v1/limitranges",
    "/apis/apps/v1/deployments",
    "/apis/apps/v1/replicasets",
    "/apis/apps/v1/statefulsets",
    "/apis/apps/v1/daemonsets",
    "/apis/batch/v1/jobs",
    "/apis/batch/v1/cronjobs",
    "/apis/events.k8s.io/v1/events",
    "/apis/networking.k8s.io/v1/networkpolicies",
    "/apis/autoscaling/v2/horizontalpodautoscalers",
)


@pytest.mark.parametrize("path", READABLE)
def test_it_lists_what_the_product_shows(web: httpx.Client, path: str) -> None:
    assert web.get(path).status_code == 200


def test_it_reads_one_deployment(admin: httpx.Client, web: httpx.Client, namespace: str) -> None:
    apply(admin, namespace, deployment("api")).raise_for_status()

    assert names(web.get(collection(namespace, "Deployment"))) == ["api"]


@pytest.mark.parametrize("dry_run", [{"dryRun": "All"}, {}])
def test_it_cannot_patch_a_deployment(admin: httpx.Client, web: httpx.Client, namespace: str, dry_run: dict[str, str]) -> None:
    before = apply(admin, namespace, deployment("api")).raise_for_status().json()
    path = f"{collection(namespace, 'Deployment')}/api"

    headers = {"Content-Type": "application/merge-patch+json"}
    answer = web.patch(path, params=dry_run, headers=headers, json={"spec": {"replicas": 5}})

    assert answer.status_code == 403
    assert 'cannot patch resource "deployments"' in answer.json()["message"]
    assert admin.get(path).json()["spec"] == before["spec"]


@pytest.mark.parametrize(
    "manifest", [deployment("new"), network_policy("new"), quota("new", pods="1"), pod("new")], ids=lambda it: str(it["kind"])
)
def test_it_cannot_create(admin: httpx.Client, web: httpx.Client, namespace: str, manifest: dict[str, object]) -> None:
    path = collection(namespace, str(manifest["kind"]))

    assert web.post(path, params={"dryRun": "All"}, json=manifest).status_code == 403
    assert web.post(path, json=manifest).status_code == 403
    assert apply(web, namespace, manifest).status_code == 403
    assert names(admin.get(path)) == []


def test_it_cannot_read_secrets(web: httpx.Client, namespace: str) -> None:
    assert web.get("/api/v1/secrets").status_code == 403
    assert web.get(collection(namespace, "Secret")).status_code == 403
    assert web.get(f"{collection(namespace, 'Secret')}/any").status_code == 403


def test_it_cannot_make_itself_a_token(web: httpx.Client) -> None:
    answer = web.post("/api/v1/namespaces/autonomy/serviceaccounts/autonomy-worker/token", json={"spec": {}})

    assert answer.status_code == 403
