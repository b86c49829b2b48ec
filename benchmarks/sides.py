"""The two that are compared, as the measurements see them: how to submit, read, plan and approve."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol
from uuid import uuid4

from benchmarks.client import Call, Connection, UnexpectedAnswer

_numbers = count(1)
ENDED = frozenset({"succeeded", "failed"})


def new_name() -> str:
    """A target that nobody has used, so that no request waits for another on the same target."""
    return f"api-{next(_numbers)}-{uuid4().hex[:8]}"


class Side(Protocol):
    name: str
    port: int

    def submit(self, target: str) -> Call:
        """One Level 1 request: its effect is one Kubernetes call."""

    def submit_waiting(self, target: str) -> Call:
        """One request that waits for an approval."""

    def read(self, pk: str) -> Call: ...

    def approve(self, waiting: Any) -> Call:
        """The approval of what `read` answered with, once it is ready for it."""


@dataclass(frozen=True)
class Floor:
    port: int
    name: str = "floor"

    def submit(self, target: str) -> Call:
        return Call("POST", "/jobs/", {"name": target, "replicas": 3})

    def submit_waiting(self, target: str) -> Call:
        return Call("POST", "/jobs/", {"name": target, "replicas": 3, "waits": True})

    def read(self, pk: str) -> Call:
        return Call("GET", f"/jobs/{pk}/")

    def approve(self, waiting: Any) -> Call:
        return Call("POST", f"/jobs/{waiting['id']}/approve/")


@dataclass(frozen=True)
class Product:
    port: int
    requester: str
    """Token of a developer."""
    approver: str
    """Token of a platform admin."""
    name: str = "product"

    def submit(self, target: str) -> Call:
        body = self._body("deployment.scale", target, {"replicas": 3})
        return Call("POST", "/api/v1/requests/", body, (*self._as(self.requester), ("Idempotency-Key", uuid4().hex)))

    def submit_waiting(self, target: str) -> Call:
        body = self._body("quota.set", target, {"hard": {"requests.cpu": "8"}})
        return Call("POST", "/api/v1/requests/", body, (*self._as(self.requester), ("Idempotency-Key", uuid4().hex)))

    def read(self, pk: str) -> Call:
        return Call("GET", f"/api/v1/requests/{pk}/", headers=self._as(self.requester))

    def approve(self, waiting: Any) -> Call:
        return Call("POST", f"/api/v1/requests/{waiting['id']}/approve/", {"digest": waiting["plan"]["digest"]}, self._as(self.approver))

    def _body(self, action: str, target: str, parameters: object) -> object:
        place = {"cluster": "sandbox", "namespace": "payments-dev", "name": target}
        return {"action": action, "target": place, "parameters": parameters, "reason": "benchmark"}

    def _as(self, token: str) -> tuple[tuple[str, str], ...]:
        return (("Authorization", f"Bearer {token}"),)


def until(side: Side, connection: Connection, pk: str, statuses: Sequence[str] | frozenset[str]) -> Any:
    """Read it again and again until it has one of these statuses. Raises UnexpectedAnswer when it failed instead."""
    while True:
        seen = connection.send(side.read(pk))
        if seen["status"] in statuses:
            return seen
        if seen["status"] == "failed":
            raise UnexpectedAnswer(f"{side.name}: {seen}")
