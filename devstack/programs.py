"""The processes of the product, one line each."""

import sys
from dataclasses import dataclass
from typing import Literal

CELERY = ("-m", "celery", "-A", "workers.celery")
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")

Credential = Literal["admin", "web", "worker"]


@dataclass(frozen=True)
class ProductProcess:
    """`{port}` in the arguments is filled in; `says` are words of its log that tell that it is ready."""

    name: str
    arguments: tuple[str, ...]
    credential: Credential
    """Which of the cluster's credentials it holds: the web's can read, the worker's can write too."""
    says: str = ""

    def command(self, *, port: int) -> list[str]:
        return [sys.executable, *(argument.format(port=port) for argument in self.arguments)]


def pool(threads: int) -> tuple[str, ...]:
    """Celery's options for so many deliveries at once in one process."""
    return ("--pool", "threads", "-c", str(threads))


def _celery_worker(name: str, queues: str, threads: int, credential: Credential = "worker") -> ProductProcess:
    arguments = (*CELERY, "worker", "-n", f"{name}@%h", "-Q", queues, *pool(threads), "-l", "INFO", *QUIET)
    return ProductProcess(name, arguments, credential, says=" ready.")


GRANIAN = ("-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "1", "--no-ws", "--host", "127.0.0.1")

WORKER_THREADS = 4
"""Enough for a cluster that answers within milliseconds: each has a database connection of its own, and more of them are colder ones."""

PROCESSES = (
    ProductProcess("web", (*GRANIAN, "--port", "{port}", "config.wsgi:application"), "web"),
    _celery_worker("worker", "actions,changes", WORKER_THREADS),
    _celery_worker("notifier", "notifications", 4),
    _celery_worker("insights", "insights", 1, credential="web"),
    ProductProcess("beat", (*CELERY, "beat", "--pidfile=", "-l", "INFO"), "worker"),
    ProductProcess("watcher", ("manage.py", "watch"), "web"),
)
