"""A namespace per test, and the API as each of the users."""

import itertools
from collections.abc import Iterator

import httpx
import pytest

from devstack.controlplane.server import ControlPlane
from tests.controlplane.polling import until

NUMBERS = itertools.count(1)


@pytest.fixture
def admin(control_plane: ControlPlane) -> Iterator[httpx.Client]:
    with control_plane.client("admin") as client:
        yield client


@pytest.fixture
def web(control_plane: ControlPlane) -> Iterator[httpx.Client]:
    with control_plane.client("web") as client:
        yield client


@pytest.fixture
def worker(control_plane: ControlPlane) -> Iterator[httpx.Client]:
    with control_plane.client("worker") as client:
        yield client


@pytest.fixture
def namespace(admin: httpx.Client) -> str:
    """A new, empty namespace in which pods can be created."""
    name = f"test-{next(NUMBERS)}"
    admin.post("/api/v1/namespaces", json={"metadata": {"name": name}}).raise_for_status()
    until(lambda: admin.get(f"/api/v1/namespaces/{name}/serviceaccounts/default").is_success)
    return name
