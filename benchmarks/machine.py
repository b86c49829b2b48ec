"""Both sides on this machine: one PostgreSQL, one Redis and one API server for both, and the same servers and workers for each."""

import sys
from functools import cached_property
from pathlib import Path
from typing import Literal

import psycopg

from benchmarks.sides import Floor, Product
from devstack import kubeconfigs
from devstack.addresses import free_port
from devstack.clusters import USERS, answers
from devstack.kubeconfigs import Kubeconfig
from devstack.processes import Program
from devstack.programs import GRANIAN, QUIET, WORKER_THREADS, pool
from devstack.stack import Options, Stack, Step

FLOOR_DATABASE = "floor"
FLOOR_TABLE = """
CREATE TABLE IF NOT EXISTS floor_job (
  id uuid PRIMARY KEY, name varchar(253) NOT NULL, replicas integer NOT NULL, status varchar(16) NOT NULL, created_at timestamptz NOT NULL)
"""


class Stub:
    """The stub in the place of the product's sandbox cluster."""

    name: Literal["sandbox"] = "sandbox"

    def __init__(self, port: int) -> None:
        self._port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def program(self) -> Program:
        command = [sys.executable, "-m", "benchmarks.stub", "--port", str(self._port)]
        return Program("cluster", command, ready=lambda: answers(f"{self.url}/version"))

    def kubeconfigs(self) -> dict[str, Kubeconfig]:
        return {user: kubeconfigs.for_token(self.url, user) for user in USERS}


class Machine(Stack):
    """The product as `make up` runs it, without Slack, and the floor beside it."""

    def __init__(self, directory: Path) -> None:
        super().__init__(Options(data_dir=directory, real_slack=True))
        self.floor_port = free_port()

    @cached_property
    def cluster(self) -> Stub:  # type: ignore[override]
        return Stub(self.ports["cluster"])

    def steps(self) -> list[Step]:
        return [*super().steps(), Step("floor", self._start_floor)]

    def floor(self) -> Floor:
        return Floor(self.floor_port)

    def product(self) -> Product:
        demo = self.demo
        return Product(self.port, requester=demo["ALICE_TOKEN"], approver=demo["CAROL_TOKEN"])

    def _start_floor(self) -> None:
        self.postgres.create_database(FLOOR_DATABASE)
        with psycopg.connect(self.postgres.url(FLOOR_DATABASE), autocommit=True) as connection:
            connection.execute(FLOOR_TABLE)
        web = [sys.executable, *GRANIAN, "--port", str(self.floor_port), "benchmarks.floor.web:application"]
        worker = [sys.executable, "-m", "celery", "-A", "benchmarks.floor.worker", "worker", "-n", "floor@%h", "-Q", "floor"]
        worker += [*pool(WORKER_THREADS), "-l", "INFO", *QUIET]
        env = {
            "FLOOR_DATABASE_URL": self.postgres.url(FLOOR_DATABASE),
            "FLOOR_REDIS_URL": self.redis.url.removesuffix("/0") + "/1",
            "FLOOR_CLUSTER_URL": self.cluster.url,
            "DJANGO_SETTINGS_MODULE": "benchmarks.floor.settings",
        }
        ready = lambda: answers(f"http://127.0.0.1:{self.floor_port}/")  # noqa: E731
        self.processes.start(Program("floor-web", web, env, ready=ready))
        self.processes.start(Program("floor-worker", worker, env, says=" ready."))
        self.processes.wait_ready("floor-web", "floor-worker")
