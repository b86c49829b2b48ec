"""What the attacks have in common: who can be played, and the proof that nothing has happened."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from accounts.models import Account, Scope
from accounts.services.tokens import issue
from approvals.models import Decision
from audit.actor import Actor
from audit.models import Event
from autonomy.models import ActionRequest, Boundary
from tests.plugins.door import Door
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World

Doors = Callable[[Person], Door]
Json = dict[str, Any]
REQUESTS = "/api/v1/requests/"
RESTART: Json = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}}
POLICY: Json = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "ingress", "namespace": "payments-dev"},
    "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
}
CONTAINER: Json = {
    "name": "web",
    "image": "registry.example/payments/api:1.0.0",
    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
    "securityContext": {"runAsNonRoot": True},
}
LABELS = {"app": "api", "app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": "payments"}


def manifest(**container: Any) -> Json:
    """A Deployment that meets all policies, but for what is said of its container."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "labels": LABELS},
        "spec": {
            "selector": {"matchLabels": {"app": "api"}},
            "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [{**CONTAINER, **container}]}},
        },
    }


@contextmanager
def nothing_happens(world: World, request: ActionRequest, cluster: SandboxCluster | None = None) -> Iterator[None]:
    """Whatever is tried in this block, and however long workers work afterwards, the request is and stays what it was."""
    before = _state(world, request, cluster)
    yield
    world.work()
    assert _state(world, request, cluster) == before


def _state(world: World, request: ActionRequest, cluster: SandboxCluster | None) -> Json:
    return {
        "status": world.fresh(request).status,
        "events": world.events(request),
        "decisions": Decision.objects.filter(review__request=request).count(),
        "boundaries": list(Boundary.objects.order_by("slug").values_list("slug", "seq")),
        "ledger": Event.objects.filter(type__startswith="request.").count(),
        "writes": cluster.writes() if cluster else [],
    }


def another_account(world: World, username: str, *, of: Person | None = None, groups: tuple[str, ...] = ()) -> Person:
    """An account that somebody may sign in with; nobody knows that it is hers unless `of` says so."""
    account = Account.objects.create(username=username, is_staff=True, alias_of=of.account if of else None)
    secret = issue(account, name="test", scopes=list(Scope), actor=Actor.command("test")).secret
    for group in groups:
        world.join(Person(account, secret), group, hours=1)
    return Person(account, secret)


def read_again(who: Person) -> Person:
    """The same person with her account as it is in the database now."""
    return Person(Account.objects.get(pk=who.account.pk), who.secret)


def altered(statement: str, *values: Any) -> None:
    """What a database administrator does with the triggers off, in this transaction. Changes one row."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = origin")


def time_is_over(request: ActionRequest) -> None:
    """The review of this request has run out."""
    altered("UPDATE approvals_review SET expires_at = now() - interval '1 second' WHERE request_id = %s", request.id)
