"""A Level 2 request that waits for its turn is judged again when anything has changed since: nothing runs that would be refused now."""

from audit import epoch
from audit.models import Delivery
from autonomy.models import ActionRequest
from guidance.models import Policy
from tests.approvals.scenes import approve, executed
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.policies.scenes import apply
from tests.security.scenes import manifest

POLICY = "run-as-non-root"
AS_ROOT = manifest(securityContext={})


def set_to(world: World, enforcement: str, slug: str, approver: str) -> None:
    """By a policy.set, while what was asked for before still waits for its turn."""
    request = world.submit(world["alice"], "policy.set", {"enforcement": enforcement}, name=slug)
    world.work("approvals.plan")
    approve(request, world[approver])
    world.work("approvals.execute")
    assert Policy.objects.get(slug=slug).enforcement == enforcement


def advised(world: World, alice: Person) -> ActionRequest:
    """It violates a policy that only advises."""
    set_to(world, "advisory", POLICY, "dave")
    status, answer = apply(alice, AS_ROOT)
    assert (status, answer["status"], answer["level"]) == (202, "queued", 2)
    return ActionRequest.objects.get(pk=answer["id"])


def lasts(request: ActionRequest) -> bool:
    return Delivery.objects.get(stream=request.id, lane__isnull=False).epoch == epoch.current().id


def test_a_policy_that_became_stricter_stops_it(world: World, alice: Person, demo_cluster: SandboxCluster) -> None:
    request, written = advised(world, alice), demo_cluster.writes()
    set_to(world, "soft-mandatory", POLICY, "dave")

    ended = executed(world, request)

    assert (ended.status, demo_cluster.writes()) == ("failed", written)
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "PolicyChanged"
    assert ended.result["error"]["message"].startswith(f"{POLICY} refuses it since: ")


def test_what_would_still_be_let_in_runs(world: World, alice: Person, demo_cluster: SandboxCluster) -> None:
    request = advised(world, alice)
    assert lasts(request)
    set_to(world, "hard-mandatory", "no-latest-tag", "carol")
    assert not lasts(request)

    assert executed(world, request).status == "running"
    assert demo_cluster.writes()[-1]["path"].endswith("/namespaces/payments-dev/deployments/web")
