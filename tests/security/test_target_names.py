"""A target's name is a name: nothing in it leads a call to the cluster elsewhere, or a reader to believe something else."""

from typing import Any

import pytest

from autonomy.models import ActionRequest
from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS

HOSTILE = [
    "..", ".", "a/b", "../../../api/v1/namespaces/kube-system/secrets/x", "%2e%2e", "api?dryRun=All", "api#", "API", "a b", "a\nb", "a`b",
    "<!channel>", "*", "-a", "a-", "a..b", ".a", "\u0430pi", "a\u202eb",
]  # fmt: skip


PARAMETERS: dict[str, Any] = {
    "deployment.restart": {},
    "quota.set": {"hard": {"pods": "5"}},
    "boundary.set": {"level": 1},
    "approval-rule.set": {"needs": {"security": 1}},
}


@pytest.mark.parametrize("action", PARAMETERS)
def test_what_is_no_name_is_refused(world: World, alice: Person, action: str) -> None:
    own_rule = action in {"boundary.set", "approval-rule.set"}
    place = {} if own_rule else {"cluster": "sandbox", "namespace": "payments-dev"}
    bodies = [{"action": action, "target": {**place, "name": name}, "parameters": PARAMETERS[action]} for name in HOSTILE]

    for body in bodies:
        assert refusal(alice.client.post(REQUESTS, body)) == (400, "/problems/bad-target", "/target/name"), body
    assert ActionRequest.objects.count() == 0


def test_nor_does_it_help_that_the_manifest_says_the_same(world: World, alice: Person) -> None:
    for name in HOSTILE:
        manifest = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": {"podSelector": {}}}
        target = {"cluster": "sandbox", "namespace": "payments-dev", "name": name}
        answer = alice.client.post(REQUESTS, {"action": "networkpolicy.apply", "target": target, "parameters": {"manifest": manifest}})
        assert refusal(answer) == (400, "/problems/bad-target", "/target/name"), name
    assert ActionRequest.objects.count() == 0


def test_what_is_no_namespace_is_refused(world: World, alice: Person) -> None:
    for namespace in [*HOSTILE, "a.b"]:
        target = {"cluster": "sandbox", "namespace": namespace, "name": "api"}
        answer = alice.client.post(REQUESTS, {"action": "deployment.restart", "target": target, "dry_run": True})
        assert refusal(answer) == (400, "/problems/bad-target", "/target/namespace"), namespace
    assert ActionRequest.objects.count() == 0


def refusal(answer: Any) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["type"], problem.get("pointer")


@pytest.mark.parametrize("cluster", ["../worker/sandbox", "Sandbox", "sandbox.yaml", "sandbox\u200b"])
def test_a_cluster_is_one_of_those_that_there_are(world: World, alice: Person, cluster: str) -> None:
    body = {"action": "deployment.restart", "target": {"cluster": cluster, "namespace": "payments-dev", "name": "api"}}

    answer = alice.client.post(REQUESTS, body)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-target")
    assert ActionRequest.objects.count() == 0


@pytest.mark.parametrize("name", ["api", "a", "0", "a.b-c.d", "a" * 253])
def test_what_kubernetes_takes_for_a_name_is_one(world: World, alice: Person, name: str) -> None:
    body = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": name}}

    assert alice.client.post(REQUESTS, body).status_code == 202
