"""What `make up` and `make reset` say, before anything is started."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack import lock
from devstack.kubeconfigs import Kubeconfig
from devstack.processes import Failure
from devstack.reset import reset
from devstack.stack import Options, Stack
from devstack.up import options_from
from tests.devstack.test_kubeconfigs import kubeconfig

REPOSITORY = Path(__file__).parents[2]


def test_without_any_variable_it_is_the_sandbox_on_port_8000() -> None:
    options = options_from({})

    assert (options.port, options.data_dir, options.cluster) == (8000, Path(".run"), "sandbox")
    assert (options.database_url, options.redis_url, options.real_slack, options.durable) == ("", "", False, True)


@pytest.mark.parametrize("port", ["eight", "0", "65536", "-1"])
def test_a_port_that_is_none_is_told(port: str) -> None:
    with pytest.raises(Failure, match=f"^PORT must be a number from 1 to 65535, not '{port}'$"):
        options_from({"PORT": port})


def test_a_cluster_that_is_none_is_told() -> None:
    with pytest.raises(Failure, match=r"^CLUSTER must be sandbox, control-plane or kubeconfig, not 'kind'$"):
        options_from({"CLUSTER": "kind"})


def test_ones_own_context_is_not_used_without_asking(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(kubeconfig("staging", "staging"))
    command = [sys.executable, "-m", "devstack.up"]
    env = {"CLUSTER": "kubeconfig", "KUBECONFIG": str(tmp_path / "config"), "DATA_DIR": str(tmp_path / "data")}

    done = subprocess.run(command, env=env, cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.strip() == (
        "make up: The product will act on the cluster of your current context 'staging', with your rights: "
        "there is no terminal to ask at; set ASSUME_YES=1 to agree"
    )
    assert not (tmp_path / "data").exists()


def test_ones_own_context_is_used_when_that_was_agreed_to(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(kubeconfig("staging", "staging"))

    options = options_from({"CLUSTER": "kubeconfig", "KUBECONFIG": str(tmp_path / "config"), "ASSUME_YES": "1"})

    assert isinstance(options.cluster, Kubeconfig)
    assert options.cluster.current == "staging"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port: int = somebody.getsockname()[1]
        yield port


def test_a_start_that_a_taken_port_refuses_leaves_nothing(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(Failure, match=f"^port {taken_port} is in use; set PORT to another one, for example: make up PORT="):
        Stack(Options(tmp_path / "some" / "data", port=taken_port))

    assert list(tmp_path.iterdir()) == []


def test_a_start_that_a_taken_port_refuses_keeps_a_directory_that_was_there(tmp_path: Path, taken_port: int) -> None:
    (tmp_path / "secrets.json").write_text("{}")

    with pytest.raises(Failure, match=f"^port {taken_port} is in use"):
        Stack(Options(tmp_path, port=taken_port))

    assert (tmp_path / "secrets.json").read_text() == "{}"


def test_a_second_start_is_told_of_the_first_and_not_of_its_port(tmp_path: Path, taken_port: int) -> None:
    with lock.hold(tmp_path), pytest.raises(Failure, match=r"^`make up` runs on .* already, or is still stopping"):
        Stack(Options(tmp_path, port=taken_port))


def test_reset_throws_the_data_away(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    lock.hold(data).close()
    (data / "secrets.json").touch()

    assert reset(data) == f"{data} is gone; the next `make up` starts anew."
    assert not data.exists()
    assert reset(data) == f"There is no {data}: nothing to throw away."


def test_reset_refuses_while_the_stack_runs(tmp_path: Path) -> None:
    with lock.hold(tmp_path), pytest.raises(SystemExit, match=f"^`make up` is running on {tmp_path}: stop it first"):
        reset(tmp_path)
    assert (tmp_path / lock.NAME).exists()


def test_reset_refuses_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()

    with pytest.raises(SystemExit, match="was not made by `make up`: not removed"):
        reset(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_reset_needs_nothing_but_python(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", "devstack/reset.py", str(tmp_path / "none")]

    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)

    assert done.stdout == f"There is no {tmp_path}/none: nothing to throw away.\n"
