"""The sandbox cluster as a process: one for each process that runs tests, empty at the start of each test that asks for it."""

import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml

from clusters.gateway import Gateway
from devstack.addresses import free_port
from devstack.processes import Processes, Program

CLUSTER = "sandbox"
USERS = ("admin", "web", "worker")
ROLLOUT_SECONDS = 0.2


@dataclass(frozen=True)
class SandboxCluster:
    """A running sandbox. `kubeconfig_dir` holds `web/sandbox.yaml`, `worker/sandbox.yaml` and `admin/sandbox.yaml`; `tokens` is by user."""

    url: str
    tokens: dict[str, str]
    kubeconfig_dir: Path
    http: urllib3.PoolManager

    def gateway(self, user: str) -> Gateway:
        return Gateway.from_kubeconfig(self.kubeconfig_dir / user / f"{CLUSTER}.yaml")

    def reset(self) -> None:
        """Nothing is there, nothing has been written, nothing goes wrong."""
        self._control("POST", "reset")

    def writes(self) -> list[dict[str, Any]]:
        """Every write that took effect since the last reset, in order: method, path, user, time, changed."""
        items: list[dict[str, Any]] = self._control("GET", "writes")["items"]
        return items

    def fault(self, **fault: Any) -> None:
        """What goes wrong with the next requests that fit: see `clusters.sandbox.faults.Fault`."""
        self._control("POST", "faults", [fault])

    def _control(self, method: str, button: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens['admin']}"}
        answer = self.http.request(method, f"{self.url}/sandbox/{button}", headers=headers, json=body)
        assert answer.status == 200, answer.data
        return answer.json()


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxCluster]:
    """A sandbox that runs for the whole session: tests use `sandbox_cluster`."""
    directory = tmp_path_factory.mktemp("sandbox")
    port, tokens = free_port(), {user: f"{user}-token" for user in USERS}
    (directory / "tokens.json").write_text(json.dumps({token: {"user": user} for user, token in tokens.items()}))
    url = f"http://127.0.0.1:{port}"
    write_kubeconfigs(directory / "kubeconfigs", url, tokens)
    with Processes(directory) as processes:
        processes.start(sandbox_program(directory, port))
        processes.wait_ready("sandbox")
        yield SandboxCluster(url, tokens, directory / "kubeconfigs", urllib3.PoolManager())


@pytest.fixture
def sandbox_cluster(sandbox_process: SandboxCluster) -> SandboxCluster:
    """An empty sandbox cluster."""
    sandbox_process.reset()
    return sandbox_process


def sandbox_program(directory: Path, port: int, *, rollout_seconds: float = ROLLOUT_SECONDS) -> Program:
    """The sandbox with its tokens and its state in this folder."""
    options: list[str | Path] = ["--port", str(port), "--state", directory / "state.jsonl", "--tokens", directory / "tokens.json"]
    command = [sys.executable, "-m", "clusters.sandbox", *options, "--rollout-seconds", str(rollout_seconds)]
    return Program("sandbox", command, ready=lambda: _listens(port))


def write_kubeconfigs(directory: Path, url: str, tokens: dict[str, str]) -> None:
    for user, token in tokens.items():
        path = directory / user / f"{CLUSTER}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(yaml.safe_dump(kubeconfig(url, user, token)))


def kubeconfig(url: str, user: str, token: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": CLUSTER,
        "clusters": [{"name": CLUSTER, "cluster": {"server": url}}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": CLUSTER, "context": {"cluster": CLUSTER, "user": user}}],
    }


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
