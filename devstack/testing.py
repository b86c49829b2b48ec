"""pytest's earliest plugin (`-p devstack.testing`): real servers run, and the environment names them, before Django reads its settings.

One PostgreSQL for the whole run, started by the controller and handed to xdist's workers by environment; one Valkey for each process
that runs tests.
`TEST_DATABASE_URL` names a server to use instead: a superuser's URL of its maintenance database.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from devstack.addresses import free_port
from devstack.postgres import Postgres
from devstack.processes import Processes
from devstack.valkey import Valkey

RUN = "AUTONOMY_TEST_RUN"
"""Names this run's databases, so that two runs on one server do not meet."""


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    options = early_config.known_args_namespace
    if not (options.help or options.version):
        _start_servers(early_config)
    return (yield)


def _start_servers(config: pytest.Config) -> None:
    directory = Path(tempfile.mkdtemp(prefix="autonomy-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(directory, ignore_errors=True))
    processes = Processes(directory)
    config.add_cleanup(lambda: processes.__exit__(None, None, None))
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[RUN] = secrets.token_hex(4)
        os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or _start_postgres(directory, processes)
    os.environ["REDIS_URL"] = _start_valkey(directory, processes)


def _start_postgres(directory: Path, processes: Processes) -> str:
    server = Postgres(directory / "postgres", free_port(), secrets.token_hex(16), durable=False)
    server.initialise()
    processes.start(server.program())
    processes.wait_ready("postgres")
    return server.url("postgres")


def _start_valkey(directory: Path, processes: Processes) -> str:
    server = Valkey(directory / "redis", free_port(), secrets.token_hex(16), durable=False)
    server.initialise()
    processes.start(server.program())
    processes.wait_ready("redis")
    return server.url
