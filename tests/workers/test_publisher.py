"""Handing hints to the broker: quick or not at all, whatever the broker does, and never an error for who was committed already."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from uuid import uuid4

import pytest
import redis
from pytest_django import Settings

from audit.outbox import Message
from devstack.addresses import free_port
from workers import publisher, tasks

PointTo = Callable[[str], None]
QUICK_SECONDS = 2.5
"""A second, and what a busy machine adds."""


def message() -> Message:
    return Message(uuid4(), "autonomy.execute", uuid4(), 1, b"\x01" * 32)


@pytest.fixture
def point_to(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Publishing goes to this broker from now on; the breaker is closed at first."""
    monkeypatch.setattr(publisher, "_closed_again_at", 0.0)

    def point(url: str) -> None:
        settings.REDIS_URL = url
        publisher._broker.cache_clear()

    yield point
    publisher._broker.cache_clear()


def is_open() -> bool:
    return publisher._closed_again_at > time.monotonic()


def queued(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return int(client.llen("actions"))


@pytest.fixture
def deaf_broker() -> Iterator[str]:
    """It accepts connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def refusing_broker() -> Iterator[str]:
    """It answers every command with an error, as a Redis that is out of memory or still loading does."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        threading.Thread(target=_refuse, args=(server,), daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def _refuse(server: socket.socket) -> None:
    try:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_answer_with_errors, args=(connection,), daemon=True).start()
    except OSError:
        return


def _answer_with_errors(connection: socket.socket) -> None:
    with connection:
        while received := connection.recv(65536):
            connection.sendall(b"-OOM command not allowed when used memory > 'maxmemory'.\r\n" * received.count(b"*"))


def test_a_message_is_in_the_queue_of_its_listener(redis_url: str, point_to: PointTo) -> None:
    point_to(redis_url)

    publisher.publish([message(), message()])

    assert queued(redis_url) == 2
    assert not is_open()


@pytest.mark.parametrize("broker", ["nobody", "deaf_broker", "refusing_broker"])
def test_a_broker_that_does_not_take_it_costs_a_moment_once(broker: str, point_to: PointTo, request: pytest.FixtureRequest) -> None:
    point_to(f"redis://127.0.0.1:{free_port()}/0" if broker == "nobody" else request.getfixturevalue(broker))

    before = time.monotonic()
    publisher.publish([message(), message()])
    took = time.monotonic() - before

    assert took < QUICK_SECONDS
    assert is_open()


def test_while_the_breaker_is_open_nothing_is_tried(redis_url: str, point_to: PointTo, monkeypatch: pytest.MonkeyPatch) -> None:
    point_to(redis_url)
    monkeypatch.setattr(publisher, "_closed_again_at", time.monotonic() + 60)

    publisher.publish([message()])

    assert queued(redis_url) == 0


def test_once_the_breaker_has_closed_messages_flow_again(
    redis_url: str, deaf_broker: str, point_to: PointTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_to(deaf_broker)
    publisher.publish([message()])
    point_to(redis_url)
    monkeypatch.setattr(publisher, "_closed_again_at", time.monotonic())

    publisher.publish([message()])

    assert queued(redis_url) == 1
    assert not is_open()


def test_what_is_published_is_what_celery_would_have_sent(redis_url: str, point_to: PointTo) -> None:
    sent = message()
    point_to(redis_url)
    with tasks.app.connection(redis_url) as broker, broker.SimpleQueue("actions") as queue:
        publisher.publish([sent])
        ours = queue.get(timeout=5)
        ours.ack()
        tasks.deliver.apply_async(args=tuple(tasks.pack(sent)), queue="actions", connection=broker)
        theirs = queue.get(timeout=5)
        theirs.ack()

    own_to_each = {"id", "root_id", "argsrepr", "kwargsrepr", "parent_id"}
    assert ours.payload == theirs.payload
    assert {name: value for name, value in ours.headers.items() if name not in own_to_each} == {
        name: value for name, value in theirs.headers.items() if name not in own_to_each
    }
    assert ours.headers["id"] == ours.headers["root_id"] == ours.properties["correlation_id"]
    assert (ours.content_type, ours.content_encoding) == (theirs.content_type, theirs.content_encoding)
