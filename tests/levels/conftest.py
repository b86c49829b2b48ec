"""The three levels on a cluster: each test runs on the sandbox and on a real control plane."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from autonomy.models import ActionRequest
from clusters.gateway import Gateway
from clusters.objects import Object, Ref
from devstack.demo import manifests
from tests.plugins.world import World
from workers.watcher.watcher import Watcher

PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class LiveCluster:
    """A cluster with the demo's namespaces; `admin` does what people do around the product."""

    admin: Gateway
    api: str
    """A Deployment of this test's own in payments-dev, rolled out."""

    def deployment(self) -> Object:
        return self.admin.get(Ref.to("Deployment", self.api, "payments-dev"))

    def exists(self, kind: str, name: str) -> bool:
        return any(found["metadata"]["name"] == name for found in self.admin.list(kind, "payments-dev").items)


@pytest.fixture(params=["sandbox", "control-plane"])
def cluster(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[LiveCluster]:
    admin, settings.KUBECONFIG_DIR = _start(request, tmp_path)
    name = f"api-{uuid4().hex[:8]}"
    for manifest in map(manifests.namespace, manifests.NAMESPACES):
        admin.apply(manifest)
    quota = manifests.quota("payments-dev")
    admin.apply(quota)
    admin.apply(manifests.deployment("payments-dev", name, "registry.example/payments/api:1.0.0", 1))
    live = LiveCluster(admin, name)
    eventually(lambda: live.deployment().get("status", {}).get("availableReplicas") == 1)
    yield live
    _delete(admin, Ref.to("Deployment", name, "payments-dev"))


def _start(request: pytest.FixtureRequest, folder: Path) -> tuple[Gateway, Path]:
    if request.param == "sandbox":
        sandbox = request.getfixturevalue("sandbox_cluster")
        return sandbox.gateway("admin"), sandbox.kubeconfig_dir / "worker"
    plane = request.getfixturevalue("control_plane")
    plane.kubeconfig("worker", folder / "sandbox.yaml")
    plane.kubeconfig("admin", folder / "admin.yaml")
    return Gateway.from_kubeconfig(folder / "admin.yaml"), folder


def _delete(admin: Gateway, ref: Ref) -> None:
    admin.delete(ref, uid=admin.get(ref)["metadata"]["uid"])


def eventually(holds: Callable[[], bool]) -> None:
    """What other processes do takes a while: wait for it, bounded."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def watched(world: World) -> Iterator[Callable[[ActionRequest], ActionRequest]]:
    """Watch a request as the watcher process does until it is not running any more."""
    watcher = Watcher()

    def watch(request: ActionRequest) -> ActionRequest:
        def looked() -> bool:
            watcher.look()
            return world.fresh(request).status != "running"

        eventually(looked)
        return world.fresh(request)

    yield watch
    watcher.stop()


def message(request: ActionRequest) -> str:
    """What its result says was done."""
    told: str = (request.result or {})["message"]
    return told


def network_policy(name: str, **spec: Any) -> Object:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "payments-dev"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"], **spec},
    }
