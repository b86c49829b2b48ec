"""The whole product as it runs for somebody: all its servers and processes, which tests stop, freeze and kill."""

import base64
import json
import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import psutil
import psycopg
import pytest
import redis
import urllib3

from clusters.objects import Object, Ref
from devstack.demo import manifests
from devstack.processes import Program
from devstack.programs import PROCESSES
from devstack.stack import SECONDARY, Options, Stack
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.sandbox_slack import APPROVALS, SandboxSlack

Json = dict[str, Any]

PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.1
ENDS = frozenset({"policy_failed", "planned", "succeeded", "failed", "denied", "cancelled", "expired"})
EVERYTHING = (*SECONDARY, *(process.name for process in PROCESSES))


class Product:
    """What people, clients and operators do with a running product, and what tests do to it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.demo = stack.demo
        tokens = {"admin": self.demo["KUBE_TOKEN"]}
        self.cluster = SandboxCluster(self.demo["KUBE_URL"], tokens, stack.data / "kubeconfigs", urllib3.PoolManager())
        self.slack = SandboxSlack(stack.slack_url)
        self.redis = redis.Redis.from_url(self.demo["REDIS_URL"])
        self._clients: dict[str, httpx.Client] = {}

    # What people do

    def client(self, person: str, *, timeout: float = 30) -> httpx.Client:
        """A keep-alive connection of one's own, with this person's token."""
        headers = {"Authorization": f"Bearer {self.demo[f'{person.upper()}_TOKEN']}"}
        return httpx.Client(base_url=f"{self.stack.url}/api/v1", headers=headers, timeout=timeout, trust_env=False)

    def rest(self, person: str) -> httpx.Client:
        """The one connection of this person that all tests share."""
        if person not in self._clients:
            self._clients[person] = self.client(person)
        return self._clients[person]

    def submit(self, person: str, body: Json) -> Json:
        """Ask for an action, which is accepted."""
        answer = self.rest(person).post("/requests/", json=body)
        assert answer.status_code == 202, answer.text
        return read_json(answer)

    def vote(self, person: str, verdict: str, request: Json) -> httpx.Response:
        """Approve or deny the plan that the request has now."""
        told = {"digest": request["plan"]["digest"]} if verdict == "approve" else {"comment": "Not like this."}
        return self.rest(person).post(f"/requests/{request['id']}/{verdict}/", json=told)

    def read(self, request: Json) -> Json:
        answer = self.rest("gina").get(f"/requests/{request['id']}/")
        assert answer.status_code == 200, answer.text
        return read_json(answer)

    def until(self, request: Json, *statuses: str) -> Json:
        """The request once it is in one of these; any other end is a failure."""
        last: Json = {}

        def there() -> bool:
            last.update(self.read(request))
            assert last["status"] in statuses or last["status"] not in ENDS, (last["status"], last["result"])
            return last["status"] in statuses

        eventually(there, f"request {request['id']} is not {statuses}")
        return last

    def events(self, request: Json) -> list[str]:
        """The types of its events, in order."""
        answer = self.rest("gina").get(f"/requests/{request['id']}/events/", params={"page_size": "100"})
        assert answer.status_code == 200, answer.text
        return [event["type"] for event in answer.json()["results"]]

    def slack_message(self, request: Json, button: str) -> str:
        """The `ts` of the message with this button for this request, as soon as it is there."""
        found: list[str] = []

        def there() -> bool:
            found[:] = [message["ts"] for message in self.slack.messages(APPROVALS) if _offers(message, button, request["id"])]
            return bool(found)

        eventually(there, f"no message offers to {button} {request['id']}")
        return found[-1]

    # The cluster

    def deployment(self, *, namespace: str = "payments-dev", replicas: int = 1) -> str:
        """The name of a new Deployment, rolled out."""
        name, admin = f"app-{uuid4().hex[:8]}", self.cluster.gateway("admin")
        admin.apply(manifests.deployment(namespace, name, "registry.example/app:1.0.0", replicas))
        eventually(lambda: self.live(name, namespace).get("status", {}).get("availableReplicas", 0) == replicas, f"{name} is not there")
        return name

    def live(self, name: str, namespace: str = "payments-dev") -> Object:
        return self.cluster.gateway("admin").get(Ref.to("Deployment", name, namespace))

    def writes(self, name: str) -> list[Json]:
        """What workers have written to the object with this name."""
        return [write for write in self.cluster.writes() if write["user"] == "worker" and name in write["path"].split("/")]

    def clear_faults(self) -> None:
        headers = {"Authorization": f"Bearer {self.demo['KUBE_TOKEN']}"}
        assert self.cluster.http.request("DELETE", f"{self.cluster.url}/sandbox/faults", headers=headers).status == 200

    # Servers and processes

    def crash(self, *names: str) -> None:
        """SIGKILL."""
        for name in names:
            self.stack.kill(name)

    def start(self, *names: str) -> None:
        for name in names:
            assert not self._runs(name), f"{name} would run twice"
            self.stack.start(name)
        self.stack.wait_ready(*names)

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """These are stopped in the usual way, and run again afterwards."""
        for name in names:
            self.stack.stop(name)
        yield
        self.start(*names)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """It takes connections and does nothing: worse than being away."""
        self.stack.kill(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self.stack.kill(name, signal.SIGCONT)

    @contextmanager
    def second_worker(self) -> Iterator[None]:
        """Another process like `worker`, beside it."""
        (worker,) = (process for process in PROCESSES if process.name == "worker")
        arguments = tuple(argument.replace("worker@", "second@") for argument in worker.arguments)
        environment = {**self.stack.env, "KUBECONFIG_DIR": str(self.stack.data / "kubeconfigs" / "worker")}
        command = replace(worker, arguments=arguments).command(port=self.stack.port)
        self.stack.processes.start(Program("second", command, environment, says=worker.says))
        self.stack.wait_ready("second")
        try:
            yield
        finally:
            self.stack.stop("second")

    def restore(self) -> None:
        """Everything runs, nothing goes wrong."""
        for name in EVERYTHING:
            if self._runs(name):
                self.stack.kill(name, signal.SIGCONT)
            else:
                self.stack.stop(name)
                self.stack.start(name)
        self.stack.wait_ready(*EVERYTHING)
        self.clear_faults()

    def _runs(self, name: str) -> bool:
        file = self.stack.data / "pids" / f"{name}.pid"
        return file.exists() and psutil.pid_exists(pid := int(file.read_text())) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE

    # The database and the broker

    def sql(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.demo["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(text.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def let_leases_run_out(self) -> None:
        """As if time had passed: whoever held a delivery is taken for dead."""
        self.sql("UPDATE audit_delivery SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL")
        self.let_hints_grow_old()

    def let_hints_grow_old(self) -> None:
        """As if time had passed: whatever was published is taken for lost."""
        self.sql("UPDATE audit_delivery SET published_at = published_at - interval '1 hour', not_before = NULL")

    def hints(self, queue: str, request: Json) -> list[bytes]:
        """The broker's messages that tell of this request."""
        messages: list[bytes] = self.redis.lrange(queue, 0, -1)  # type: ignore[assignment]
        return [message for message in messages if request["id"].encode() in base64.b64decode(json.loads(message)["body"])]

    # What has to hold in the end

    def until_all_is_heard(self) -> None:
        """Nothing waits for anybody any more."""
        eventually(lambda: self.sql("SELECT count(*) FROM audit_delivery WHERE NOT dead") == [(0,)], "deliveries are left")

    def counted(self, requests: list[str], event: str) -> list[int]:
        """How often each of these requests has such an event."""
        text = "SELECT stream::text, count(*) FROM audit_event WHERE stream = ANY(%s::uuid[]) AND type = %s GROUP BY stream"
        found = dict(self.sql(text, requests, event))
        return [found.get(request, 0) for request in requests]

    def verify_ledger(self) -> None:
        """Raises Failure with the last fault that was found."""
        self.stack.manage("audit_verify")


def restart(name: str, namespace: str = "payments-dev") -> Json:
    return {"action": "deployment.restart", "target": _target(name, namespace), "reason": "New configuration"}


def scale(name: str, replicas: int, namespace: str = "payments-dev", reason: str = "Another load") -> Json:
    return {"action": "deployment.scale", "target": _target(name, namespace), "parameters": {"replicas": replicas}, "reason": reason}


def network_policy(name: str, namespace: str = "payments-dev") -> Json:
    """Level 3: somebody of the security team decides."""
    spec = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]}
    manifest = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}
    return {
        "action": "networkpolicy.apply",
        "target": _target(name, namespace),
        "parameters": {"manifest": manifest},
        "reason": "Only our own pods",
    }


def _target(name: str, namespace: str) -> Json:
    return {"cluster": "sandbox", "namespace": namespace, "name": name}


def _offers(message: Json, button: str, request_id: str) -> bool:
    elements = (element for block in message["blocks"] for element in block.get("elements", []))
    return any(element.get("action_id") == button and request_id in element.get("value", "") for element in elements)


def read_json(answer: httpx.Response) -> Json:
    body: Json = answer.json()
    return body


def eventually(holds: Callable[[], bool], otherwise: str, within: float = PATIENCE_SECONDS) -> None:
    """What other processes do takes a while: wait for it, bounded."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail(f"{otherwise} after {within:g} s")
        time.sleep(POLL_SECONDS)


@pytest.fixture(scope="session")
def running_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One for each process that runs tests; tests use `product`."""
    with started(Options(tmp_path_factory.mktemp("product") / "data", durable=True)) as product:
        yield product


@contextmanager
def started(options: Options) -> Iterator[Product]:
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a failure would show each poll
    with Stack(options) as stack:
        stack.up()
        yield Product(stack)


@pytest.fixture
def product(running_product: Product) -> Iterator[Product]:
    """The whole product, running; what a test did not end by itself must run at its end, and all runs again for the next one."""
    yield running_product
    try:
        running_product.stack.processes.check()
    finally:
        running_product.restore()
