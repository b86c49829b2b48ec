"""A real Kubernetes control plane for the tests that ask for it, one for each process that runs tests."""

import os
from collections.abc import Iterator

import pytest

from devstack.controlplane.binaries import MISSING, binaries
from devstack.controlplane.server import ControlPlane, start


@pytest.fixture(scope="session")
def control_plane_programs() -> None:
    """Skip where the control plane was not built; with REQUIRE_ALL=1 that is a failure."""
    if binaries() is not None:
        return
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@pytest.fixture(scope="session")
def control_plane(control_plane_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    with start(tmp_path_factory.mktemp("control-plane")) as running:
        yield running
