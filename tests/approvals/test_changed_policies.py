"""Policies that change between the approval and the execution are judged again."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from audit.actor import Actor
from audit.ledger import Change, commit
from autonomy.models import ActionRequest
from autonomy.submission import Override
from devstack.demo.manifests import deployment
from guidance.models import Policy
from guidance.policies.policy import Enforcement
from tests.approvals.scenes import approve, executed
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World

LABELS = "required-labels"


def enforce(slug: str, level: Enforcement) -> None:
    commit(Change(Policy.objects.get(slug=slug), "Policy.replaced", Actor.command("test")).set(enforcement=level))


def without_labels(namespace: str) -> dict[str, Any]:
    manifest = deployment(namespace, "ingress", "registry.example/platform/ingress:4.2.0", 2)
    del manifest["metadata"]["labels"]
    return manifest


def asked(world: World, who: Person) -> ActionRequest:
    """For a Deployment of the platform: Level 3, with findings that only advise."""
    manifest = without_labels("platform-system")
    request = world.submit(who, "deployment.apply", {"manifest": manifest}, name="ingress", namespace="platform-system")
    return executed(world, request)


def image(cluster: SandboxCluster) -> str:
    (found,) = [one for one in cluster.gateway("admin").list("Deployment", "platform-system").items if one["metadata"]["name"] == "ingress"]
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"])


def test_a_policy_that_objects_since_is_shown_to_the_reviewers_first(
    world: World, alice: Person, carol: Person, demo_cluster: SandboxCluster
) -> None:
    request = asked(world, alice)
    assert {finding["enforcement"] for finding in request.findings} == {"advisory"}
    approve(request, carol)
    enforce(LABELS, Enforcement.SOFT_MANDATORY)

    reopened = executed(world, request)

    assert reopened.status == "awaiting_approval"
    assert "soft-mandatory" in {finding["enforcement"] for finding in reopened.findings}
    assert image(demo_cluster) == "registry.example/platform/ingress:4.1.0"

    approve(reopened, carol)
    assert executed(world, request).status in {"running", "succeeded"}
    assert image(demo_cluster) == "registry.example/platform/ingress:4.2.0"


def test_what_a_hard_policy_refuses_since_does_not_run(world: World, alice: Person, carol: Person, demo_cluster: SandboxCluster) -> None:
    request = approve(asked(world, alice), carol)
    enforce(LABELS, Enforcement.HARD_MANDATORY)

    ended = executed(world, request)

    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "PolicyChanged"
    assert image(demo_cluster) == "registry.example/platform/ingress:4.1.0"


def test_an_override_does_not_pass_a_policy_that_it_does_not_name(
    world: World, alice: Person, carol: Person, demo_cluster: SandboxCluster
) -> None:
    manifest = deployment("payments-dev", "api", "registry.example/payments/api:latest", 2)
    del manifest["metadata"]["labels"]
    override = Override(("no-latest-tag",), "The build is being fixed.", timezone.now() + timedelta(days=1))
    request = executed(world, world.submit(alice, "deployment.apply", {"manifest": manifest}, override=override))
    assert (request.level, request.status) == (2, "awaiting_approval")
    approve(request, carol)
    enforce(LABELS, Enforcement.SOFT_MANDATORY)

    ended = executed(world, request)

    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "PolicyChanged"
