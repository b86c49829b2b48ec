"""The embedded servers start, stop, and find their data again."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from devstack.addresses import free_port
from devstack.postgres import Postgres
from devstack.processes import Processes
from devstack.valkey import Valkey


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path) as processes:
        yield processes


def start_postgres(server: Postgres, processes: Processes) -> None:
    server.initialise()
    processes.start(server.program())
    processes.wait_ready("postgres")
    server.create_database("orders")


def start_valkey(server: Valkey, processes: Processes) -> None:
    server.initialise()
    processes.start(server.program())
    processes.wait_ready("redis")


@pytest.mark.parametrize("durable", [True, False])
def test_postgres_keeps_its_data_from_one_start_to_the_next(tmp_path: Path, processes: Processes, durable: bool) -> None:
    server = Postgres(tmp_path / "postgres", free_port(), "hunter2", durable=durable)
    start_postgres(server, processes)
    with psycopg.connect(server.url("orders"), autocommit=True) as connection:
        connection.execute("CREATE TABLE parcel AS SELECT 7 AS weight")
    processes.stop("postgres")
    assert not server.ready()

    start_postgres(server, processes)

    with psycopg.connect(server.url("orders")) as connection:
        assert connection.execute("SELECT weight FROM parcel").fetchall() == [(7,)]


def test_postgres_keeps_what_was_committed_when_it_is_killed(tmp_path: Path, processes: Processes) -> None:
    server = Postgres(tmp_path / "postgres", free_port(), "hunter2")
    start_postgres(server, processes)
    with psycopg.connect(server.url("orders"), autocommit=True) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        connection.execute("CREATE TABLE parcel AS SELECT 7 AS weight")
    processes.kill("postgres")

    start_postgres(server, processes)

    with psycopg.connect(server.url("orders")) as connection:
        assert connection.execute("SELECT weight FROM parcel").fetchall() == [(7,)]


def test_postgres_asks_for_its_password(tmp_path: Path, processes: Processes) -> None:
    server = Postgres(tmp_path / "postgres", free_port(), "hunter2", durable=False)
    start_postgres(server, processes)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(Postgres(server.directory, server.port, "guessed").url("orders"))


def test_postgres_does_not_keep_the_rights_of_root(tmp_path: Path, processes: Processes) -> None:
    server = Postgres(tmp_path / "postgres", free_port(), "hunter2", durable=False)
    start_postgres(server, processes)

    with psycopg.connect(server.url("orders")) as connection:
        connection.execute("CREATE TEMPORARY TABLE answer (line text)")
        connection.execute("COPY answer FROM PROGRAM 'id -u'")
        row = connection.execute("SELECT line FROM answer").fetchone()
    assert row != ("0",)


def test_valkey_keeps_its_data_from_one_start_to_the_next(tmp_path: Path, processes: Processes) -> None:
    server = Valkey(tmp_path / "redis", free_port(), "hunter2")
    start_valkey(server, processes)
    with redis.Redis.from_url(server.url) as client:
        client.lpush("actions", "first")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    processes.stop("redis")
    assert not server.ready()

    start_valkey(server, processes)

    with redis.Redis.from_url(server.url) as client:
        assert client.lrange("actions", 0, -1) == [b"first"]


def test_valkey_asks_for_its_password_and_shows_it_to_nobody_else(tmp_path: Path, processes: Processes) -> None:
    server = Valkey(tmp_path / "redis", free_port(), "hunter2", durable=False)
    start_valkey(server, processes)

    with redis.Redis(port=server.port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    assert (tmp_path / "redis" / "valkey.conf").stat().st_mode & 0o077 == 0
    assert "hunter2" not in Path(f"/proc/{processes.pid('redis')}/cmdline").read_text()
