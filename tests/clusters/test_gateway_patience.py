"""The API server asks for patience, breaks off or is silent: what is repeated, for how long, and what the caller is told."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.errors import ClusterError, ConnectionBroken, Temporary, TimedOut, TooManyRequests, Unavailable
from clusters.gateway import Gateway
from clusters.objects import Ref
from clusters.patience import ATTEMPTS, CONNECT_SECONDS, TOTAL_SECONDS, Patience
from clusters.transport import Transport
from devstack.addresses import free_port
from tests.clusters.manifests import namespace_manifest, network_policy
from tests.plugins.sandbox_cluster import SandboxCluster, kubeconfig

POLICY = network_policy("deny", "payments")


@dataclass
class Clock:
    """Time that passes only while somebody sleeps."""

    now: float = 0.0
    naps: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gateway(sandbox_cluster: SandboxCluster, clock: Clock) -> Gateway:
    sandbox_cluster.gateway("admin").create(namespace_manifest("payments"))
    return Gateway(Transport.from_kubeconfig(sandbox_cluster.kubeconfig_dir / "worker/sandbox.yaml"), clock=clock, sleep=clock.sleep)


def applied(sandbox: SandboxCluster) -> int:
    return sum(write["method"] == "PATCH" for write in sandbox.writes())


def test_a_write_waits_as_long_as_429_asks_for(sandbox_cluster: SandboxCluster, gateway: Gateway, clock: Clock) -> None:
    sandbox_cluster.fault(method="PATCH", status=429, retry_after=2, times=3)

    assert gateway.apply(POLICY).created

    assert clock.naps == [2, 2, 2]
    assert applied(sandbox_cluster) == 1


def test_503_is_repeated_with_growing_pauses(sandbox_cluster: SandboxCluster, gateway: Gateway, clock: Clock) -> None:
    sandbox_cluster.fault(status=503, times=2)

    assert gateway.apply(POLICY).created

    assert clock.naps == [0.2, 0.4]


def test_after_a_number_of_attempts_the_answer_is_told(sandbox_cluster: SandboxCluster, gateway: Gateway, clock: Clock) -> None:
    sandbox_cluster.fault(status=429, retry_after=1, times=100, message="slow down")

    with pytest.raises(TooManyRequests, match="slow down") as error:
        gateway.apply(POLICY)

    assert (error.value.retry_after, error.value.is_temporary) == (1, True)
    assert len(clock.naps) == ATTEMPTS - 1
    assert applied(sandbox_cluster) == 0


def test_a_pause_that_would_be_too_long_is_not_begun(sandbox_cluster: SandboxCluster, gateway: Gateway, clock: Clock) -> None:
    sandbox_cluster.fault(status=429, retry_after=60)

    with pytest.raises(TooManyRequests) as error:
        gateway.apply(POLICY)

    assert (error.value.retry_after, clock.naps) == (60, [])


@pytest.mark.parametrize(("status", "kind"), [(500, Unavailable), (502, Unavailable), (504, TimedOut)])
def test_what_may_have_been_done_is_not_repeated_here(
    sandbox_cluster: SandboxCluster, gateway: Gateway, clock: Clock, status: int, kind: type[ClusterError]
) -> None:
    sandbox_cluster.fault(status=status)

    with pytest.raises(kind) as error:
        gateway.apply(POLICY)

    assert (error.value.status, error.value.is_temporary, clock.naps) == (status, True, [])


def test_a_connection_cut_after_the_write_is_told_and_the_write_can_be_repeated(
    sandbox_cluster: SandboxCluster, gateway: Gateway, clock: Clock
) -> None:
    sandbox_cluster.fault(method="PATCH", cut_after_apply=True)

    with pytest.raises(ConnectionBroken):
        gateway.apply(POLICY)
    again = gateway.apply(POLICY)

    assert [write["changed"] for write in sandbox_cluster.writes() if write["method"] == "PATCH"] == [True, False]
    assert (again.created, clock.naps) == (False, [])


def test_a_connection_cut_before_the_write_is_told_too(sandbox_cluster: SandboxCluster, gateway: Gateway) -> None:
    sandbox_cluster.fault(method="PATCH", cut=True)

    with pytest.raises(ConnectionBroken):
        gateway.apply(POLICY)

    assert applied(sandbox_cluster) == 0


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(sandbox_cluster: SandboxCluster, gateway: Gateway) -> None:
    gateway.ping()
    sandbox_cluster.fault(method="GET", cut=True)
    with pytest.raises(ConnectionBroken):
        gateway.get(Ref.of(POLICY))

    assert gateway.apply(POLICY).created


def test_a_server_that_does_not_answer_in_time_is_given_up(
    sandbox_cluster: SandboxCluster, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clusters.patience.READ_SECONDS", 0.1)
    sandbox_cluster.fault(delay=0.5)

    with pytest.raises(TimedOut):
        gateway.get(Ref.of(POLICY))


def test_a_ping_does_not_wait_for_a_server_that_hangs(sandbox_cluster: SandboxCluster, gateway: Gateway) -> None:
    sandbox_cluster.fault(path="/version", delay=0.5)

    with pytest.raises(TimedOut):
        gateway.ping(within=0.1)


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "gone.yaml"
    path.write_text(yaml.safe_dump(kubeconfig(f"http://127.0.0.1:{free_port()}", "worker", "token")))

    with pytest.raises(Unavailable) as error:
        Gateway.from_kubeconfig(path).apply(POLICY)

    assert (error.value.reason, error.value.status) == ("Unreachable", 0)


def test_an_answer_that_stops_in_the_middle_is_a_broken_connection(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        path = tmp_path / "half.yaml"
        path.write_text(yaml.safe_dump(kubeconfig(f"http://127.0.0.1:{server.getsockname()[1]}", "worker", "token")))
        with pytest.raises(ConnectionBroken), answering(server, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"):
            Gateway.from_kubeconfig(path).get(Ref.of(POLICY))


def test_a_watch_that_breaks_tells_what_it_has_and_then_that_it_broke(tmp_path: Path) -> None:
    event = b'{"type":"ADDED","object":{"metadata":{"name":"deny"}}}\n'
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n50\r\n{" % (len(event), event)
    with socket.create_server(("127.0.0.1", 0)) as server:
        path = tmp_path / "half.yaml"
        path.write_text(yaml.safe_dump(kubeconfig(f"http://127.0.0.1:{server.getsockname()[1]}", "worker", "token")))
        with answering(server, chunked):
            events = Gateway.from_kubeconfig(path).watch("NetworkPolicy", resource_version="5", timeout_seconds=5)
            first = next(events)
            with pytest.raises(ConnectionBroken):
                next(events)

    assert (first.type, first.object) == ("ADDED", {"metadata": {"name": "deny"}})


@pytest.mark.parametrize("retry_after", [None, 3])
def test_a_watch_that_is_refused_says_why(sandbox_cluster: SandboxCluster, gateway: Gateway, retry_after: int | None) -> None:
    sandbox_cluster.fault(method="GET", status=429, retry_after=retry_after)

    with pytest.raises(TooManyRequests) as error:
        next(gateway.watch("Pod", resource_version="5", timeout_seconds=5))

    assert error.value.retry_after == (retry_after or 1)


def test_a_page_of_a_proxy_in_place_of_an_answer_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        path = tmp_path / "proxy.yaml"
        path.write_text(yaml.safe_dump(kubeconfig(f"http://127.0.0.1:{server.getsockname()[1]}", "worker", "token")))
        page = b"<html>bad gateway</html>"
        with pytest.raises(Unavailable, match="bad gateway"), answering(server, b"HTTP/1.1 502 X\r\nContent-Length: 24\r\n\r\n" + page):
            Gateway.from_kubeconfig(path).get(Ref.of(POLICY))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 12)), max_size=50))
def test_no_sequence_of_answers_makes_a_call_longer_than_its_bound(answers: list[tuple[float, float]]) -> None:
    clock = Clock()
    patience = Patience(clock, clock.sleep)

    for retry_after, taken in answers:
        connect, read = patience.timeouts()
        clock.now += min(taken, connect + read)
        if not patience.waits_for(TooManyRequests("", retry_after=retry_after)):
            break

    assert clock.now <= TOTAL_SECONDS + 1e-6
    assert len(clock.naps) < ATTEMPTS


def test_time_outs_shrink_with_the_time_that_is_left() -> None:
    clock = Clock()
    patience = Patience(clock, clock.sleep)
    first = patience.timeouts()

    clock.now = TOTAL_SECONDS - 2

    assert first == (CONNECT_SECONDS, 10.0)
    assert patience.timeouts() == (1.0, 1.0)


def test_only_what_says_not_processed_is_waited_for() -> None:
    errors: list[Temporary] = [Unavailable("", status=500), Unavailable("", status=0), TimedOut(""), ConnectionBroken("")]
    clock = Clock()

    assert [Patience(clock, clock.sleep).waits_for(error) for error in errors] == [False] * 4


@contextlib.contextmanager
def answering(server: socket.socket, answer: bytes) -> Iterator[None]:
    """One connection gets exactly these bytes and is closed."""

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        thread.join(10)
