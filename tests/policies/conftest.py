"""What runs: the demo's workloads, and some that the policies object to."""

from typing import Any

import pytest
from pytest_django import Settings

from clusters.gateway import Gateway
from clusters.objects import Object, Ref
from devstack.demo.manifests import deployment
from tests.plugins.sandbox_cluster import SandboxCluster

AS_ROOT = {
    "name": "web",
    "image": "registry.example/app:1.0.0",
    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
}


def pod_spec() -> dict[str, Any]:
    return {"containers": [AS_ROOT]}


def workload(kind: str, api_version: str, namespace: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "shop"}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace, "labels": labels}, "spec": spec}


def template(name: str) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": name}}, "spec": pod_spec()}


def as_root() -> list[dict[str, Any]]:
    """One of each kind, in namespaces of several teams; each may run as root."""
    selector = {"matchLabels": {"app": "x"}}
    run_once = {"template": {"spec": {**pod_spec(), "restartPolicy": "Never"}}}
    old = deployment("payments-dev", "web", "registry.example/payments/web:1.0.0", 1)
    old["spec"]["template"]["spec"]["containers"][0]["securityContext"] = {}
    return [
        old,
        workload("DaemonSet", "apps/v1", "platform-system", "agent", {"selector": selector, "template": template("x")}),
        workload("CronJob", "batch/v1", "search-prod", "index", {"schedule": "0 3 * * *", "jobTemplate": {"spec": run_once}}),
        workload("Pod", "v1", "search-dev", "debug", pod_spec()),
    ]


@pytest.fixture
def live(demo_cluster: SandboxCluster, settings: Settings) -> SandboxCluster:
    """This process reads it with the web's credential."""
    admin = demo_cluster.gateway("admin")
    for manifest in as_root():
        admin.create(manifest)
    settings.KUBECONFIG_DIR = demo_cluster.kubeconfig_dir / "web"
    return demo_cluster


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The objects that were read one by one, in order."""
    asked: list[str] = []
    read = Gateway.get

    def get(self: Gateway, ref: Ref, *, within: float | None = None) -> Object:
        asked.append(f"{ref} within {within}")
        return read(self, ref, within=within)

    monkeypatch.setattr(Gateway, "get", get)
    return asked
