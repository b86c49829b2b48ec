"""What only the sandbox has: its state over a restart, its buttons, its faults."""

import json
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusters.errors import Forbidden, NotFound, Unavailable
from clusters.gateway import Gateway
from clusters.objects import Ref
from devstack.addresses import free_port
from devstack.processes import Processes
from tests.clusters.manifests import deployment, namespace_manifest, network_policy
from tests.controlplane.polling import until
from tests.plugins.sandbox_cluster import SandboxCluster, sandbox_program, write_kubeconfigs

POLICY = network_policy("deny", "payments")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path) as processes:
        yield processes


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_restart_finds_everything_again(processes: Processes, tmp_path: Path, how: signal.Signals) -> None:
    port = free_port()
    (tmp_path / "tokens.json").write_text(json.dumps({"t": {"user": "admin"}}))
    write_kubeconfigs(tmp_path, f"http://127.0.0.1:{port}", {"admin": "t"})
    program = sandbox_program(tmp_path, port)
    processes.start(program)
    processes.wait_ready("sandbox")
    gateway = Gateway.from_kubeconfig(tmp_path / "admin/sandbox.yaml")
    gateway.create(namespace_manifest("payments"))
    written = gateway.apply(deployment("api", "payments", replicas=2)).object
    until(lambda: gateway.get(Ref.of(written))["status"].get("availableReplicas") == 2)
    before = {kind: gateway.list(kind).items for kind in ("Namespace", "Deployment", "ReplicaSet", "Pod", "Event")}

    processes.kill("sandbox", how)
    until(lambda: not _runs(processes))
    processes.start(program)
    processes.wait_ready("sandbox")

    assert {kind: gateway.list(kind).items for kind in before} == before
    assert int(gateway.apply(POLICY).object["metadata"]["resourceVersion"]) > int(written["metadata"]["resourceVersion"])


def test_a_state_that_a_crash_cut_off_is_read_up_to_there(processes: Processes, tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "tokens.json").write_text(json.dumps({"t": {"user": "admin"}}))
    write_kubeconfigs(tmp_path, f"http://127.0.0.1:{port}", {"admin": "t"})
    kept = {**namespace_manifest("kept"), "metadata": {"name": "kept", "uid": "u", "resourceVersion": "500"}}
    (tmp_path / "state.jsonl").write_text(json.dumps([["Namespace", "", "kept"], kept]) + '\n[["Namespace", "", "cut"], {"apiVer')

    processes.start(sandbox_program(tmp_path, port))
    processes.wait_ready("sandbox")

    gateway = Gateway.from_kubeconfig(tmp_path / "admin/sandbox.yaml")
    assert gateway.list("Namespace").items == [kept]
    assert gateway.list("Namespace").resource_version == "500"


@pytest.fixture
def worker(sandbox_cluster: SandboxCluster) -> Gateway:
    sandbox_cluster.gateway("admin").create(namespace_manifest("payments"))
    return sandbox_cluster.gateway("worker")


def test_writes_are_recorded_and_what_did_nothing_is_not(sandbox_cluster: SandboxCluster, worker: Gateway) -> None:
    worker.apply(POLICY)
    worker.apply(POLICY)
    worker.apply(network_policy("deny", "payments", "Egress"), dry_run=True)
    with pytest.raises(Forbidden):
        sandbox_cluster.gateway("web").apply(POLICY)

    path = "/apis/networking.k8s.io/v1/namespaces/payments/networkpolicies/deny"
    assert [(write["method"], write["path"], write["user"], write["changed"]) for write in sandbox_cluster.writes()] == [
        ("POST", "/api/v1/namespaces", "admin", True),
        ("PATCH", path, "worker", True),
        ("PATCH", path, "worker", False),
    ]


def test_a_reset_leaves_nothing(sandbox_cluster: SandboxCluster, worker: Gateway) -> None:
    worker.apply(POLICY)
    sandbox_cluster.fault(status=503, times=100)

    sandbox_cluster.reset()

    assert sandbox_cluster.writes() == []
    with pytest.raises(NotFound):
        worker.get(Ref.of(POLICY))


def test_a_fault_meets_only_what_fits(sandbox_cluster: SandboxCluster, worker: Gateway) -> None:
    sandbox_cluster.fault(method="PATCH", path="networkpolicies/other", status=500)

    worker.apply(POLICY)
    with pytest.raises(Unavailable, match="injected fault"):
        worker.apply(network_policy("other", "payments"))

    assert worker.apply(network_policy("other", "payments")).created


@pytest.mark.parametrize("button", ["faults", "writes", "reset"])
def test_the_buttons_are_the_administrators(sandbox_cluster: SandboxCluster, button: str) -> None:
    method = "GET" if button == "writes" else "POST"
    for user, status in (("web", 403), ("worker", 403)):
        headers = {"Authorization": f"Bearer {sandbox_cluster.tokens[user]}"}
        answer = sandbox_cluster.http.request(method, f"{sandbox_cluster.url}/sandbox/{button}", headers=headers, json=[])
        assert answer.status == status


def test_a_running_pod_has_a_log_and_only_administrators_read_it(sandbox_cluster: SandboxCluster, worker: Gateway) -> None:
    written = worker.apply(deployment("api", "payments")).object
    until(lambda: worker.get(Ref.of(written))["status"].get("availableReplicas") == 1)
    (pod,) = worker.list("Pod", "payments").items
    url = f"{sandbox_cluster.url}/api/v1/namespaces/payments/pods/{pod['metadata']['name']}/log"

    def read(user: str) -> urllib.request.Request:
        return urllib.request.Request(url, headers={"Authorization": f"Bearer {sandbox_cluster.tokens[user]}"})

    with urllib.request.urlopen(read("admin")) as answer:
        assert answer.read().decode().splitlines()[-1].endswith("api listening on port 8080")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(read("worker"))


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{", b'{"metadata": "x"}', b'{"spec": {"podSelector": 5}}', b""])
def test_what_cannot_be_read_is_refused_and_the_sandbox_goes_on(sandbox_cluster: SandboxCluster, worker: Gateway, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {sandbox_cluster.tokens['worker']}", "Content-Type": "application/apply-patch+yaml"}

    answer = sandbox_cluster.http.request("PATCH", sandbox_cluster.url + Ref.of(POLICY).path, headers=headers, body=body)

    assert answer.status == 400
    assert worker.apply(POLICY).created


@pytest.mark.parametrize("content_type", ["application/strategic-merge-patch+json", "application/json-patch+json"])
def test_ways_of_patching_that_it_does_not_know_are_refused_clearly(
    sandbox_cluster: SandboxCluster, worker: Gateway, content_type: str
) -> None:
    before = worker.apply(POLICY).object
    headers = {"Authorization": f"Bearer {sandbox_cluster.tokens['worker']}", "Content-Type": content_type}

    answer = sandbox_cluster.http.request("PATCH", sandbox_cluster.url + Ref.of(POLICY).path, headers=headers, json={"spec": {}})

    assert (answer.status, answer.json()["reason"]) == (415, "UnsupportedMediaType")
    assert content_type in answer.json()["message"]
    assert worker.get(Ref.of(POLICY)) == before


def _runs(processes: Processes) -> bool:
    try:
        processes.check()
    except Exception:  # noqa: BLE001
        return False
    return True
