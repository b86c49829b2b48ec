"""`cluster`: the same tests on the sandbox and on a real control plane, so that the small one stays honest."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from clusters.errors import Forbidden
from clusters.gateway import Gateway
from clusters.objects import Object
from devstack.controlplane.server import ControlPlane
from tests.clusters.manifests import namespace_manifest, pod
from tests.controlplane.polling import until
from tests.plugins.sandbox_cluster import SandboxCluster

NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Cluster:
    """Either of the two; `gateway("worker")` is the product's way in, `http("admin")` the API without it."""

    gateway: Callable[[str], Gateway]
    http: Callable[[str], httpx.Client]
    forget_history: Callable[[], None]
    """From here on nobody can watch from a version before now."""

    def apply_as(self, manager: str, manifest: Object) -> None:
        """Another field manager applies this."""
        path, name = _collection(manifest), manifest["metadata"]["name"]
        with self.http("admin") as client:
            headers = {"Content-Type": "application/apply-patch+yaml"}
            client.patch(f"{path}/{name}", params={"fieldManager": manager}, headers=headers, json=manifest).raise_for_status()


@pytest.fixture(params=["sandbox", "control-plane"])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Cluster:
    if request.param == "sandbox":
        return _sandbox(request.getfixturevalue("sandbox_cluster"))
    return _control_plane(request.getfixturevalue("control_plane"), tmp_path)


@pytest.fixture
def admin(cluster: Cluster) -> Gateway:
    return cluster.gateway("admin")


@pytest.fixture
def worker(cluster: Cluster) -> Gateway:
    return cluster.gateway("worker")


@pytest.fixture
def web(cluster: Cluster) -> Gateway:
    return cluster.gateway("web")


@pytest.fixture
def namespace(admin: Gateway) -> str:
    """A new, empty namespace in which pods can be created."""
    name = f"contract-{next(NUMBERS)}"
    admin.create(namespace_manifest(name))
    until(lambda: _takes_pods(admin, name))
    return name


def _takes_pods(admin: Gateway, namespace: str) -> bool:
    try:
        admin.create(pod("probe", namespace), dry_run=True)
    except Forbidden:  # the namespace's service account is not there yet
        return False
    return True


def _sandbox(sandbox: SandboxCluster) -> Cluster:
    def http(user: str) -> httpx.Client:
        return httpx.Client(base_url=sandbox.url, headers={"Authorization": f"Bearer {sandbox.tokens[user]}"})

    return Cluster(sandbox.gateway, http, sandbox.reset)


def _control_plane(running: ControlPlane, directory: Path) -> Cluster:
    def gateway(user: str) -> Gateway:
        return Gateway.from_kubeconfig(running.kubeconfig(user, directory / f"{user}.yaml"))  # type: ignore[arg-type]

    def compact() -> None:
        version = gateway("admin").list("Event").resource_version
        etcd = f"http://127.0.0.1:{running._layout.ports['etcd']}"
        httpx.post(f"{etcd}/v3/kv/compaction", json={"revision": version, "physical": True}).raise_for_status()

    return Cluster(gateway, running.client, compact)  # type: ignore[arg-type]


def _collection(manifest: Object) -> str:
    plurals = {"Deployment": "apis/apps/v1", "ConfigMap": "api/v1", "ResourceQuota": "api/v1"}
    return f"/{plurals[manifest['kind']]}/namespaces/{manifest['metadata']['namespace']}/{manifest['kind'].lower()}s"
