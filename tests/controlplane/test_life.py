"""Starting, stopping and being killed: data is found again, and no process is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest
import yaml

from devstack.controlplane.binaries import PROGRAMS
from devstack.controlplane.server import ControlPlane, start
from devstack.processes import Failure
from tests.controlplane.polling import until


def test_both_nodes_are_ready(control_plane: ControlPlane, admin: httpx.Client) -> None:
    nodes = admin.get("/api/v1/nodes").json()["items"]

    assert [node["metadata"]["name"] for node in nodes] == ["node-1", "node-2"]
    assert [node["status"]["allocatable"]["cpu"] for node in nodes] == ["64", "64"]
    assert set(control_plane.pids) == set(PROGRAMS)


def test_nodes_tell_again_and_again_that_they_live(control_plane: ControlPlane, admin: httpx.Client) -> None:
    """Pods of a node that has not for 50 s are taken for unready, and stay so."""

    def renewed() -> dict[str, str]:
        leases = admin.get("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases").json()["items"]
        return {lease["metadata"]["name"]: lease["spec"]["renewTime"] for lease in leases}

    first = until(lambda: found if set(found := renewed()) == {"node-1", "node-2"} else None) or {}
    later = until(lambda: found if all((found := renewed())[node] != time for node, time in first.items()) else None) or {}

    assert [later[node] > time for node, time in first.items()] == [True, True]


def test_a_second_start_finds_objects_port_and_tokens_again(control_plane_programs: None, tmp_path: Path) -> None:
    with start(tmp_path) as first, first.client("admin") as admin:
        admin.post("/api/v1/namespaces", json={"metadata": {"name": "kept"}}).raise_for_status()
        web, url, pids = first.token("web"), first.url, first.pids
    assert [pid for pid in pids.values() if psutil.pid_exists(pid)] == []

    with start(tmp_path) as second, second.client("web") as client:
        client.headers["Authorization"] = f"Bearer {web}"
        assert second.url == url
        assert client.get("/api/v1/namespaces/kept").status_code == 200


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_the_command_leaves_no_process_behind(control_plane_programs: None, tmp_path: Path, how: signal.Signals, code: int) -> None:
    command = subprocess.Popen([sys.executable, "-m", "devstack.controlplane", "--data-dir", tmp_path], stdout=subprocess.DEVNULL)
    try:
        until((tmp_path / "kubeconfigs" / "worker.yaml").exists, within=90)
        family = psutil.Process(command.pid).children(recursive=True)
        config = yaml.safe_load((tmp_path / "kubeconfigs" / "worker.yaml").read_text())
        assert config["users"][0]["name"] == "worker"
        assert {process.name() for process in family} >= set(PROGRAMS)
    finally:
        command.send_signal(how)

    assert command.wait(60) == code
    until(lambda: not any(process.is_running() for process in family), within=60)


def test_a_program_that_dies_later_ends_the_command_with_one_line(control_plane_programs: None, tmp_path: Path) -> None:
    command = subprocess.Popen([sys.executable, "-m", "devstack.controlplane", "--data-dir", tmp_path], stderr=subprocess.PIPE, text=True)
    try:
        until((tmp_path / "kubeconfigs" / "worker.yaml").exists, within=90)
        family = psutil.Process(command.pid).children(recursive=True)
        os.kill(int((tmp_path / "pids" / "kube-scheduler.pid").read_text()), signal.SIGKILL)
        _, said = command.communicate(timeout=60)
    finally:
        command.kill()

    assert command.returncode == 1
    assert said.startswith("control plane: kube-scheduler ended by SIGKILL: ")
    assert said.count("\n") == 1
    assert [process for process in family if process.is_running()] == []


def test_a_port_in_use_is_said(control_plane: ControlPlane, tmp_path: Path) -> None:
    port = httpx.URL(control_plane.url).port
    assert port is not None

    with pytest.raises(Failure, match=f"^port {port} is in use: choose another one for the control plane$"):
        start(tmp_path, port=port)


def test_a_data_directory_in_use_is_said_and_the_one_who_has_it_goes_on(control_plane_programs: None, tmp_path: Path) -> None:
    with start(tmp_path) as running:
        with pytest.raises(Failure, match=f"^a control plane already runs on {tmp_path}$"):
            start(tmp_path)

        assert (tmp_path / "kubeconfigs" / "web.yaml").exists()
        with running.client("web") as web:
            assert web.get("/api/v1/namespaces/autonomy").status_code == 200


def test_a_program_that_crashes_is_reported_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROGRAMS:
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho starting\necho 'the disk is full'\nexit 3\n")
        program.chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))

    with pytest.raises(Failure) as caught:
        start(tmp_path / "data")

    log = tmp_path / "data" / "logs" / "etcd.log"
    assert str(caught.value) == f"etcd ended with exit code 3: the disk is full (all of it: {log})"


def test_without_the_programs_the_command_says_how_to_get_them(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "KUBEBUILDER_ASSETS": ""}
    command = [sys.executable, "-m", "devstack.controlplane", "--data-dir", str(tmp_path / "data")]

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (1, "control plane: no control plane: run `make control-plane`\n")
