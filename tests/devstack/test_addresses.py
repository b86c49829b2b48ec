"""Which ports a stack uses, and the one lock of its data directory."""

import socket
from pathlib import Path

import pytest

from devstack import lock
from devstack.addresses import free_port, is_free, remembered_ports
from devstack.processes import Failure
from devstack.stack import Options, Stack


def taken_port() -> tuple[socket.socket, int]:
    server = socket.create_server(("127.0.0.1", 0))
    return server, server.getsockname()[1]


def test_ports_are_remembered(tmp_path: Path) -> None:
    first = remembered_ports(tmp_path / "ports.json", ("postgres", "redis"))

    assert remembered_ports(tmp_path / "ports.json", ("postgres", "redis")) == first


def test_a_port_that_somebody_took_meanwhile_is_chosen_again_and_only_that_one(tmp_path: Path) -> None:
    first = remembered_ports(tmp_path / "ports.json", ("postgres", "redis"))

    with socket.create_server(("127.0.0.1", first["postgres"])):
        second = remembered_ports(tmp_path / "ports.json", ("postgres", "redis"))

    assert second["postgres"] != first["postgres"]
    assert second["redis"] == first["redis"]


def test_a_port_is_free_until_somebody_listens() -> None:
    server, port = taken_port()
    with server:
        assert not is_free(port)
    assert is_free(port)


def test_a_web_port_in_use_is_told_with_what_to_do(tmp_path: Path) -> None:
    server, port = taken_port()
    with server, pytest.raises(Failure, match=f"^port {port} is in use; set PORT to another one, for example: make up PORT=[0-9]+$"):
        Stack(Options(tmp_path / "data", port=port))


def test_a_data_directory_serves_one_stack_at_a_time(tmp_path: Path) -> None:
    options = Options(tmp_path / "data", port=free_port())
    with (
        Stack(options),
        pytest.raises(Failure, match=r"^`make up` runs on .*/data already, or is still stopping; DATA_DIR=\.\.\. starts another$"),
    ):
        Stack(options)
    with Stack(options):
        pass


def test_a_lock_is_free_again_once_it_is_closed(tmp_path: Path) -> None:
    with lock.hold(tmp_path), pytest.raises(lock.InUse):
        lock.hold(tmp_path)
    lock.hold(tmp_path).close()
