"""The demo's organisation as a world for tests: named people with tokens, namespaces, default rules, and what workers would do.

It is loaded for real once per process; each test then gets the same rows again in a few statements. `world` lives in pytest-django's
`db` (rolled back), `committed_world` in a database of its own, for tests with other processes.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import models, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from accounts.actors import actor_of
from accounts.models import Account, ApiToken, Group, Membership, Scope
from accounts.services.groups import join, leave
from accounts.services.tokens import issue
from approvals.models import ApprovalRule
from approvals.services.load_rules import load_defaults
from approvals.services.submit import submit
from audit.actor import Actor, Door
from audit.models import Delivery, Event
from audit.outbox import Message
from autonomy.models import ActionRequest, Boundary
from autonomy.submission import Submission
from clusters.models import Cluster, Namespace
from clusters.organisation import read
from clusters.services.load_organisation import load
from devstack.demo.manifests import all_manifests
from guidance.models import Policy
from tests.plugins.sandbox_cluster import SandboxCluster
from workers.deliveries import hear

ORGANISATION = Path(__file__).resolve().parents[2] / "devstack/demo/organisation.yaml"
IN_ORDER_OF_REFERENCE: Sequence[type[models.Model]] = (
    Group, Account, Membership, ApiToken, Cluster, Namespace, Event, Boundary, Policy, ApprovalRule,
)  # fmt: skip

Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """Somebody with an account and a token that has every scope that the account may have."""

    account: Account
    secret: str

    @property
    def name(self) -> str:
        return self.account.username

    def actor(self, door: Door = Door.REST) -> Actor:
        return actor_of(self.account, door)

    @property
    def client(self) -> "RestClient":
        """Calls the API in this process, through the whole stack of middleware."""
        return RestClient(self.secret)

    @property
    def browser(self) -> Client:
        """Django's test client, signed in to the admin; it enforces CSRF as a browser's visit would."""
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.account)
        return client


@dataclass(frozen=True)
class RestClient:
    """JSON in, JSON out, with a bearer token (none when the secret is empty)."""

    secret: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, query: Mapping[str, Any] | None = None, **headers: str) -> Any:
        return Client(raise_request_exception=False).get(path, query, headers=self._headers(headers))

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        """The body is encoded as JSON; bytes are sent as they are."""
        data = body if isinstance(body, bytes) else {} if body is None else body
        client = Client(raise_request_exception=False)
        return client.post(path, data, content_type="application/json", headers=self._headers(headers))

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        bearer = {"authorization": f"Bearer {self.secret}"} if self.secret else {}
        return {**bearer, **self.headers, **{name.replace("_", "-"): value for name, value in more.items()}}


@dataclass(frozen=True)
class World:
    """All people by name, and what happens around them."""

    people: Mapping[str, Person]

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def submit(self, who: Person, action: str, parameters: Json | None = None, *, name: str = "api", **more: Any) -> ActionRequest:
        """Ask for an action as `who`, in payments-dev unless `namespace` says else (a rule of the product has none). Not planned yet."""
        own_rule = action in {"boundary.set", "approval-rule.set", "policy.set"}
        place = {"cluster": "" if own_rule else "sandbox", "namespace": "" if own_rule else "payments-dev"}
        others = {"kind": "", "reason": "for a test", **place, **more}
        submission = Submission(action=action, name=name, parameters=parameters or {}, **others)
        request, _ = submit(submission, actor=who.actor())
        return request

    def waiting(self, who: Person, *, name: str = "weekend", level: int = 3) -> ActionRequest:
        """A Level 3 request by `who` that waits for one platform admin: a new boundary, so no cluster is needed."""
        parameters = {"level": level, "actions": ["deployment.*"], "environments": ["prod"], "reason": "Nobody is here at the weekend."}
        request = self.submit(who, "boundary.set", parameters, name=name)
        self.work()
        return self.fresh(request)

    def join(self, who: Person, group: str, **earlier: float) -> Membership:
        """Put somebody in a group, now or as if it had been earlier (`hours=1`)."""
        membership = join(who.account, group, actor=Actor.command("test"))
        Membership.objects.filter(pk=membership.pk).update(since=membership.since - timedelta(**earlier))
        return membership

    def leave(self, who: Person, group: str) -> None:
        leave(who.account, group, actor=Actor.command("test"))

    def fresh(self, request: ActionRequest) -> ActionRequest:
        """The same request as the database has it now, with its plan."""
        return ActionRequest.objects.select_related("plan").get(pk=request.pk)

    def work(self, *listeners: str) -> None:
        """Bring every waiting delivery (to these listeners, or to all) to its listener, as workers would, until none is left."""
        tried: set[object] = set()
        while messages := [message for message in waiting_messages(*listeners) if message.delivery not in tried]:
            for message in messages:
                tried.add(message.delivery)
                hear(message)

    def events(self, subject: models.Model) -> list[str]:
        """The types of all events of one thing, in order."""
        return list(Event.objects.filter(stream=subject.pk).order_by("seq").values_list("type", flat=True))


def waiting_messages(*listeners: str) -> list[Message]:
    """What the broker would carry for the deliveries that nobody holds, oldest first."""
    waiting = Delivery.objects.filter(dead=False, lease_until=None).order_by("created_at", "id")
    if listeners:
        waiting = waiting.filter(listener__in=listeners)
    return [_message(delivery) for delivery in waiting]


def _message(delivery: Delivery) -> Message:
    last = Event.objects.filter(stream=delivery.stream).order_by("-seq")[0]
    return Message(delivery.id, delivery.listener, delivery.stream, last.seq, bytes(last.hash))


@dataclass(frozen=True)
class Snapshot:
    """The rows of the loaded world, in an order in which they can be inserted, and the secret of each account's token."""

    rows: Mapping[type[models.Model], Sequence[models.Model]]
    secrets: Mapping[str, str]

    def restore(self) -> World:
        for model, rows in self.rows.items():
            model._default_manager.bulk_create([copy(row) for row in rows])
        accounts = {account.pk: account for account in Account.objects.all()}
        return World({account.username: Person(account, self.secrets[account.username]) for account in accounts.values()})


def _load_for_real() -> Snapshot:
    load(read(ORGANISATION), actor=Actor.command("test"))
    load_defaults(actor=Actor.command("test"))
    secrets = {account.username: _token(account) for account in Account.objects.all()}
    rows = {model: list(model._default_manager.all()) for model in IN_ORDER_OF_REFERENCE}
    rows[Account].sort(key=lambda account: account.owner_id is not None)  # type: ignore[attr-defined]
    return Snapshot(rows, secrets)


def _token(account: Account) -> str:
    scopes = [scope for scope in Scope if account.kind == Account.Kind.PERSON or scope != Scope.DECIDE]
    return issue(account, name="test", scopes=scopes, actor=Actor.command("test")).secret


@pytest.fixture(scope="session")
def world_snapshot(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Snapshot:
    with django_db_blocker.unblock(), transaction.atomic():
        snapshot = _load_for_real()
        transaction.set_rollback(True)
    return snapshot


@pytest.fixture
def world(db: None, world_snapshot: Snapshot) -> World:
    """The demo's organisation and default rules; rolled back after the test."""
    return world_snapshot.restore()


@pytest.fixture
def committed_world(own_database: str, world_snapshot: Snapshot) -> Iterator[World]:
    """The same in a database of the test's own, which other processes see (DATABASE_URL names it)."""
    return world_snapshot.restore()


@pytest.fixture
def anonymous() -> RestClient:
    return RestClient()


def _person(name: str) -> Any:
    def person(world: World) -> Person:
        return world[name]

    return pytest.fixture(name=name.replace("-", "_"))(person)


alice, bob, carol, dave = map(_person, ("alice", "bob", "carol", "dave"))
erin, frank, gina, ci_payments = map(_person, ("erin", "frank", "gina", "ci-payments"))


@pytest.fixture
def demo_cluster(sandbox_cluster: SandboxCluster, settings: Settings) -> SandboxCluster:
    """The sandbox with the demo's workloads and quotas; what this process does there it does as a worker."""
    settings.KUBECONFIG_DIR = sandbox_cluster.kubeconfig_dir / "worker"
    admin = sandbox_cluster.gateway("admin")
    for manifest in all_manifests():
        admin.apply(manifest)
    return sandbox_cluster
