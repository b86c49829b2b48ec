"""The answer to a manifest that policies refuse."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from autonomy.models import ActionRequest
from guidance.documents.patch import apply
from tests.api.test_idempotency import latest_image
from tests.plugins.world import Person, World

URL = "/api/v1/requests/"
MANIFEST: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "api", "labels": {"app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": "payments"}},
    "spec": {
        "selector": {"matchLabels": {"app": "api"}},
        "template": {
            "metadata": {"labels": {"app": "api", "app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": "payments"}},
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "registry.example/payments/api:1.0.0",
                        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
                        "securityContext": {"runAsNonRoot": True},
                    }
                ]
            },
        },
    },
}


def body(manifest: dict[str, Any], **more: Any) -> dict[str, Any]:
    target = {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}
    return {"action": "deployment.apply", "target": target, "parameters": {"manifest": manifest}, "reason": "release", **more}


def without_root_check() -> dict[str, Any]:
    manifest = deepcopy(MANIFEST)
    del manifest["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    return manifest


def without_resources() -> dict[str, Any]:
    manifest = deepcopy(MANIFEST)
    del manifest["spec"]["template"]["spec"]["containers"][0]["resources"]
    return manifest


def privileged() -> dict[str, Any]:
    manifest = deepcopy(MANIFEST)
    manifest["spec"]["template"]["spec"]["containers"][0]["securityContext"]["privileged"] = True
    return manifest


def test_a_good_manifest_is_queued(world: World, alice: Person) -> None:
    answer = alice.client.post(URL, body(MANIFEST))
    assert (answer.status_code, answer.json()["findings"]) == (202, [])


def test_the_problem_carries_request_findings_and_what_to_send_instead(world: World, alice: Person) -> None:
    answer = alice.client.post(URL, body(without_root_check()))

    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"], problem["type"]) == (422, "application/problem+json", "/problems/policy-failed")
    assert (problem["request"]["status"], answer["Location"]) == ("policy_failed", problem["request"]["links"]["self"])
    (finding,) = problem["findings"]
    assert set(finding) == {
        "policy", "version", "severity", "enforcement", "message", "path", "container", "current", "expected", "fix", "exempted",
    }  # fmt: skip
    assert finding["exempted"] is None
    assert (finding["policy"], finding["container"]) == ("run-as-non-root", "web")
    assert problem["pointer"] == f"/parameters/manifest{finding['path']}"
    assert world.events(ActionRequest.objects.get(pk=problem["request"]["id"])) == ["request.refused"]

    mended = alice.client.post(URL, body(problem["mended"]))
    assert (mended.status_code, mended.json()["status"]) == (202, "queued")


def test_single_fixes_do_not_add_up_and_the_mended_manifest_has_them_all(world: World, alice: Person) -> None:
    problem = alice.client.post(URL, body(without_resources())).json()

    one_by_one: Any = without_resources()
    for finding in problem["findings"]:
        one_by_one = apply(one_by_one, finding["fix"])

    assert len(problem["findings"]) == 3
    assert alice.client.post(URL, body(one_by_one)).status_code == 422
    assert alice.client.post(URL, body(problem["mended"])).status_code == 202


def test_what_is_soft_can_be_overridden_by_its_owners(world: World, alice: Person) -> None:
    problem = alice.client.post(URL, body(latest_image_only())).json()
    assert problem["override"] == {"possible": True, "policies": ["no-latest-tag"], "approvers": ["platform-admins"], "because": None}

    wish = {"policies": problem["override"]["policies"], "reason": "a demo", "until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    answer = alice.client.post(URL, body(latest_image_only(), override=wish))

    assert (answer.status_code, answer.json()["status"], answer.json()["override"]["policies"]) == (202, "submitted", ["no-latest-tag"])


def test_what_is_hard_cannot(world: World, alice: Person) -> None:
    override = alice.client.post(URL, body(privileged())).json()["override"]

    assert (override["possible"], override["policies"]) == (False, [])
    assert "no-privileged" in override["because"]


def test_all_that_is_wrong_is_found_at_once(world: World, alice: Person) -> None:
    findings = alice.client.post(URL, body(latest_image())).json()["findings"]
    assert len({finding["policy"] for finding in findings}) > 2


def test_a_manifest_for_another_target_is_a_400(world: World, alice: Person) -> None:
    manifest = deepcopy(MANIFEST)
    manifest["metadata"]["namespace"] = "search-prod"

    answer = alice.client.post(URL, body(manifest))

    assert (answer.status_code, answer.json()["pointer"]) == (400, "/parameters/manifest/metadata/namespace")
    assert ActionRequest.objects.count() == 0


def latest_image_only() -> dict[str, Any]:
    manifest = deepcopy(MANIFEST)
    manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/payments/api:latest"
    return manifest
