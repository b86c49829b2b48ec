"""The workers' credential writes what the product changes, and stays out of secrets and containers."""

import httpx
import pytest

from tests.controlplane.objects import apply, collection, deployment, names, network_policy, pod, quota
from tests.controlplane.polling import until


@pytest.mark.parametrize("manifest", [deployment("new"), network_policy("new"), quota("new", pods="10")], ids=lambda it: str(it["kind"]))
def test_it_applies(worker: httpx.Client, namespace: str, manifest: dict[str, object]) -> None:
    assert apply(worker, namespace, manifest, dryRun="All").status_code == 201
    assert names(worker.get(collection(namespace, str(manifest["kind"])))) == []
    assert apply(worker, namespace, manifest).status_code == 201
    assert apply(worker, namespace, manifest).status_code == 200
    assert names(worker.get(collection(namespace, str(manifest["kind"])))) == ["new"]


def test_it_scales(worker: httpx.Client, namespace: str) -> None:
    apply(worker, namespace, deployment("api")).raise_for_status()

    headers = {"Content-Type": "application/merge-patch+json"}
    answer = worker.patch(f"{collection(namespace, 'Deployment')}/api/scale", headers=headers, json={"spec": {"replicas": 2}})

    assert answer.status_code == 200
    assert answer.json()["spec"]["replicas"] == 2


def test_it_cannot_delete(admin: httpx.Client, worker: httpx.Client, namespace: str) -> None:
    apply(admin, namespace, deployment("api")).raise_for_status()

    assert worker.delete(f"{collection(namespace, 'Deployment')}/api").status_code == 403
    assert names(admin.get(collection(namespace, "Deployment"))) == ["api"]


def test_it_cannot_read_or_write_secrets(admin: httpx.Client, worker: httpx.Client, namespace: str) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "database"}, "stringData": {"password": "hunter2"}}
    path = collection(namespace, "Secret")
    admin.post(path, json=secret).raise_for_status()

    assert worker.get("/api/v1/secrets").status_code == 403
    assert worker.get(f"{path}/database").status_code == 403
    assert apply(worker, namespace, secret).status_code == 403


@pytest.mark.parametrize("door", ["exec", "attach", "portforward", "ephemeralcontainers"])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_it_cannot_enter_a_container(worker: httpx.Client, namespace: str, method: str, door: str) -> None:
    answer = worker.request(method, f"{collection(namespace, 'Pod')}/any/{door}", params={"command": "sh"}, json={})

    assert answer.status_code == 403
    assert f'resource "pods/{door}"' in answer.json()["message"]


def test_a_dry_run_of_a_pod_meets_the_quota(admin: httpx.Client, worker: httpx.Client, namespace: str) -> None:
    apply(admin, namespace, quota("small", **{"requests.cpu": "150m"})).raise_for_status()
    until(lambda: admin.get(f"{collection(namespace, 'ResourceQuota')}/small").json().get("status", {}).get("used"))
    large = pod("large")
    large["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "200m"

    path = collection(namespace, "Pod")
    fits = worker.post(path, params={"dryRun": "All"}, json=pod("fits"))
    too_much = worker.post(path, params={"dryRun": "All"}, json=large)

    assert fits.status_code == 201
    assert too_much.status_code == 403
    assert (
        "exceeded quota: small, requested: requests.cpu=200m, used: requests.cpu=0, limited: requests.cpu=150m"
        in too_much.json()["message"]
    )
    assert names(admin.get(path)) == []


def test_it_creates_no_pod_that_is_meant(admin: httpx.Client, worker: httpx.Client, namespace: str) -> None:
    path = collection(namespace, "Pod")
    # An API server heeds a new admission policy only after a moment; until then this quota refuses the pod.
    apply(admin, namespace, quota("none", pods="0")).raise_for_status()
    reason = "autonomy-worker may create pods as a dry run only"
    until(lambda: reason in worker.post(path, json=pod("meant")).json()["message"])
    admin.delete(f"{collection(namespace, 'ResourceQuota')}/none").raise_for_status()

    answer = worker.post(path, json=pod("meant"))

    assert answer.status_code == 403
    assert reason in answer.json()["message"]
    assert names(admin.get(path)) == []
