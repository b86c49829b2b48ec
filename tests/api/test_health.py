"""/healthz and /readyz."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection

from api import health
from api.outputs import PartOut
from audit.models import Delivery
from devstack.addresses import free_port
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, RestClient, World
from tests.policies.scenes import UNKNOWN_FUNCTION, stored

WELL = dict.fromkeys(["", "database", "rules", "broker", "workers", "cluster/sandbox"], "ok")
"""The status of the whole, and that of each part."""


@pytest.fixture
def ready(world: World, sandbox_cluster: SandboxCluster, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    """All parts are well, somebody listens to the broker as workers do; yields a client of the broker."""
    monkeypatch.setattr(settings, "KUBECONFIG_DIR", sandbox_cluster.kubeconfig_dir / "web")
    with listening(redis_url, "actions,changes,notifications") as broker:
        yield broker


@contextmanager
def listening(redis_url: str, queues: str) -> Iterator[redis.Redis]:
    """While somebody listens to the broker as a worker of these queues does, and the broker lists it."""
    worker = redis.Redis.from_url(redis_url, client_name=queues)
    thread = threading.Thread(target=worker.brpop, args=(queues.split(","),), daemon=True)
    thread.start()
    with redis.Redis.from_url(redis_url, decode_responses=True) as broker:
        deadline = time.monotonic() + 10
        while not any(client["cmd"] == "brpop" for client in broker.client_list()):
            assert time.monotonic() < deadline
        yield broker
        broker.lpush(queues.split(",")[0], "done")
        thread.join()


def parts(anonymous: RestClient) -> dict[str, Any]:
    answer = anonymous.get("/readyz")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return {"": found["status"], **{name: part["status"] for name, part in found["parts"].items()}}


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
def test_a_living_process_says_so_without_its_database(anonymous: RestClient, path: str) -> None:
    answer = anonymous.get(path)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_all_is_well(ready: redis.Redis, anonymous: RestClient) -> None:
    assert parts(anonymous) == WELL


def test_without_the_broker_it_is_degraded_and_still_ready(
    ready: redis.Redis, anonymous: RestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    assert parts(anonymous) == WELL | {"": "degraded", "broker": "degraded", "workers": "degraded"}


def test_a_policy_that_this_version_does_not_read_is_told_without_its_words(ready: redis.Redis, anonymous: RestClient) -> None:
    stored(UNKNOWN_FUNCTION)

    answer = anonymous.get("/readyz").json()

    assert (answer["status"], answer["parts"]["rules"]["status"]) == ("degraded", "degraded")
    assert "`manage.py check_rules` names them" in answer["parts"]["rules"]["detail"]
    assert "on-call" not in str(answer)


def test_without_workers_it_is_degraded(world: World, redis_url: str, anonymous: RestClient) -> None:
    found = parts(anonymous)
    assert (found[""], found["broker"], found["workers"]) == ("degraded", "ok", "degraded")


def test_a_queue_without_a_worker_is_named(world: World, redis_url: str, anonymous: RestClient) -> None:
    with listening(redis_url, "notifications"):
        workers = anonymous.get("/readyz").json()["parts"]["workers"]
    assert workers == {"status": "degraded", "detail": "no worker takes from actions, changes"}


def test_a_worker_that_has_not_asked_for_long_does_not_count(
    ready: redis.Redis, anonymous: RestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "QUIET_SECONDS", 0)  # any silence is a long one
    workers = anonymous.get("/readyz").json()["parts"]["workers"]
    assert workers == {"status": "degraded", "detail": "no worker takes from actions, changes, notifications"}


def test_what_nobody_takes_for_long_tells_of_the_workers(ready: redis.Redis, alice: Person, world: World, anonymous: RestClient) -> None:
    world.submit(alice, "deployment.restart")
    assert parts(anonymous)["workers"] == "ok"

    for delivery in Delivery.objects.all():
        Delivery.objects.filter(pk=delivery.pk).update(created_at=delivery.created_at - timedelta(seconds=40))

    answer = anonymous.get("/readyz").json()
    assert answer["parts"]["workers"]["status"] == "degraded"
    assert answer["parts"]["workers"]["detail"].startswith("1 deliveries wait, the oldest for 4")


def test_a_cluster_that_does_not_answer_is_degraded(
    ready: redis.Redis, anonymous: RestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "KUBECONFIG_DIR", tmp_path)
    assert parts(anonymous) == WELL | {"": "degraded", "cluster/sandbox": "degraded"}


def test_a_part_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.05)
    never = threading.Event()

    found = health.answers(
        {"hangs": lambda: PartOut(status="ok", detail=str(never.wait(10))), "well": lambda: PartOut(status="ok", detail="")}
    )
    never.set()

    assert {name: part.status for name, part in found.items()} == {"hangs": "degraded", "well": "ok"}


def test_without_the_database_it_is_not_ready(committed_world: World, anonymous: RestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        monkeypatch.setitem(connection.settings_dict, "PORT", nobody_listens.getsockname()[1])
        answer = anonymous.get("/readyz")

    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "2", "application/problem+json")
