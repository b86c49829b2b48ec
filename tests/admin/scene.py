"""A busy day for the pictures: requests of several kinds on the demo's workloads, some hours old."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.utils import timezone

from accounts.models import Membership
from approvals.models import ApprovalRule
from approvals.services.decide import approve
from audit.actor import Door
from autonomy.models import ActionRequest
from clusters.gateway import Gateway
from devstack.demo.manifests import all_manifests, deployment
from tests.plugins.world import Person, World
from tests.policies.scenes import changed, granted

EGRESS: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "allow-psp", "namespace": "payments-prod"},
    "spec": {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "api"}},
        "policyTypes": ["Egress"],
        "egress": [{"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}], "ports": [{"protocol": "TCP", "port": 443}]}],
    },
}
SLOW = "Checkout is throttled at peak since the fraud check moved in-process: p95 went from 180 to 640 ms. Twice the CPU brings it back."

ROOM = "Version 4.2 fixes the HTTP/2 resets that checkout sees at peak; it needs more memory, and two more pods for the rollout."


def populate(cluster: Gateway) -> None:
    for manifest in all_manifests():
        cluster.create(manifest)


def play(world: World) -> ActionRequest:
    """Submit and plan them all. The answer is an apply with findings that waits for two admins, one of whom has approved."""
    Membership.objects.update(since=datetime(2026, 1, 1, tzinfo=UTC))
    ApprovalRule.objects.filter(slug="cluster-by-admins").update(needs={"platform-admins": 2})
    alice, bob, frank = world["alice"], world["bob"], world["frank"]
    shown = ingress(world, alice)
    with hours_ago(20):
        approve(shown.id, actor=frank.actor(Door.SLACK), digest=world.fresh(shown).plan_digest, comment="Fine for us.")
    ask(
        world,
        9,
        bob,
        "deployment.scale",
        {"replicas": 60},
        namespace="search-prod",
        reason="Black Friday: five times the traffic is expected.",
    )
    ask(world, 6, alice, "quota.set", {"hard": {"requests.cpu": "8"}}, name="compute", namespace="payments-prod", reason=SLOW)
    ask(
        world,
        4,
        alice,
        "networkpolicy.apply",
        {"manifest": EGRESS},
        name="allow-psp",
        namespace="payments-prod",
        reason="New provider.",
    )
    ask(
        world,
        2,
        bob,
        "quota.set",
        {"hard": {"pods": "60"}},
        name="compute",
        namespace="search-dev",
        reason="Load tests need more pods.",
    )
    ask(world, 1, alice, "deployment.restart", reason="Picks up the rotated certificate.")
    return world.fresh(shown)


def strict_in_production(world: World) -> None:
    """A policy with a level of its own in production, and something that it lets pass."""
    places = [{"environment": "prod", "level": "hard-mandatory"}, {"team": "search", "level": "advisory"}]
    changed(world, "run-as-non-root", "dave", enforcement_in=places)
    granted(world, lasts=timedelta(days=30))


def ingress(world: World, who: Person) -> ActionRequest:
    """A new image and a second container for the platform's ingress: some lines change, many stay."""
    manifest = deployment("platform-system", "ingress", "registry.example/platform/ingress:4.2.0", 4)
    manifest["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "250m", "memory": "256Mi"}}
    return ask(world, 26, who, "deployment.apply", {"manifest": manifest}, name="ingress", namespace="platform-system", reason=ROOM)


def ask(world: World, hours: int, who: Person, action: str, parameters: dict[str, Any] | None = None, **more: Any) -> ActionRequest:
    with hours_ago(hours):
        request = world.submit(who, action, parameters, **more)
        world.work("approvals.plan")
    return request


def hours_ago(hours: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() - timedelta(hours=hours), tick=True)
