"""POST /api/v1/policies/evaluate/: what a submission would say, and nothing more."""

import json
from typing import Any

import pytest
import yaml

from accounts.models import Scope
from accounts.services.tokens import issue
from audit.actor import Actor
from audit.models import Event
from autonomy.models import ActionRequest
from clusters.models import Cluster, Namespace
from tests.plugins.world import Person, RestClient, World
from tests.policies.clock import database_later_by
from tests.policies.scenes import DAY, REASON, apply, body, changed, granted
from tests.security.scenes import manifest

EVALUATE = "/api/v1/policies/evaluate/"
PLACE = {"cluster": "sandbox", "namespace": "payments-dev"}
GOOD = manifest()
AS_ROOT = manifest(securityContext={})
LATEST = manifest(image="registry.example/payments/api:latest")
PRIVILEGED = manifest(securityContext={"runAsNonRoot": True, "privileged": True})


def evaluated(who: Person, *manifests: Any, **more: Any) -> dict[str, Any]:
    answer = who.client.post(EVALUATE, {"manifests": manifests, **PLACE, **more})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def outcomes(found: dict[str, Any], document: int = 1) -> dict[str, str]:
    return {result["policy"]: result["result"] for result in found["results"] if result["document"] == document}


def test_every_policy_that_is_about_a_manifest_has_a_result(world: World, alice: Person) -> None:
    found = evaluated(alice, GOOD)

    assert outcomes(found) == {
        "no-host-namespaces": "pass", "no-latest-tag": "pass", "no-privileged": "pass", "requests-and-limits": "pass",
        "required-labels": "pass", "run-as-non-root": "pass",
    }  # fmt: skip
    assert (found["summary"], found["mended"]) == ({"pass": 6, "fail": 0, "warn": 0, "error": 0, "skip": 0}, [None])
    assert found["results"][0]["resource"] == {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "payments-dev", "name": "web"}


def test_several_manifests_are_told_apart_and_each_is_mended(world: World, alice: Person) -> None:
    found = evaluated(alice, GOOD, AS_ROOT, LATEST)

    assert [outcomes(found, document)["run-as-non-root"] for document in (1, 2, 3)] == ["pass", "fail", "pass"]
    assert [outcomes(found, document)["no-latest-tag"] for document in (1, 2, 3)] == ["pass", "pass", "fail"]
    nothing, mended, unknown = found["mended"]
    assert (nothing, unknown) == (None, None)
    assert apply(alice, mended)[0] == 202


@pytest.mark.parametrize("sent", [GOOD, AS_ROOT, LATEST, PRIVILEGED], ids=["good", "as root", "latest", "privileged"])
def test_it_says_what_a_submission_says(world: World, alice: Person, sent: dict[str, Any]) -> None:
    changed(world, "run-as-non-root", "dave", enforcement_in=[{"team": "payments", "level": "advisory"}])
    granted(world, "no-privileged")

    found = evaluated(alice, sent)
    status, answer = apply(alice, sent)

    assert [finding for result in found["results"] for finding in result["findings"]] == answer["findings"]
    assert found["mended"] == [answer["mended"]]
    assert (found["summary"]["fail"] > 0) == (status == 422)


def test_the_level_is_that_of_the_place_where_each_manifest_goes(world: World, alice: Person) -> None:
    changed(world, "run-as-non-root", "dave", enforcement_in=[{"environment": "dev", "level": "advisory"}])
    for_prod = {**AS_ROOT, "metadata": {**AS_ROOT["metadata"], "namespace": "payments-prod"}}

    found = evaluated(alice, AS_ROOT, for_prod)

    assert [outcomes(found, document)["run-as-non-root"] for document in (1, 2)] == ["warn", "fail"]
    assert [result["resource"]["namespace"] for result in found["results"]][::6] == ["payments-dev", "payments-prod"]


def test_what_is_exempted_is_skipped_with_the_reason_until_it_ends(world: World, alice: Person) -> None:
    granted(world)

    (skipped,) = (one for one in evaluated(alice, AS_ROOT)["results"] if one["result"] == "skip")
    assert skipped["policy"] == "run-as-non-root"
    assert skipped["because"].endswith(f"by dave, as alice had asked: {REASON}")
    assert skipped["findings"][0]["exempted"] == skipped["because"]

    with database_later_by(2 * DAY):
        assert outcomes(evaluated(alice, AS_ROOT))["run-as-non-root"] == "fail"


def test_without_a_cluster_it_is_the_one_that_has_the_namespace(world: World, alice: Person) -> None:
    changed(world, "run-as-non-root", "dave", enforcement_in=[{"namespace": "payments-dev", "cluster": "sandbox", "level": "advisory"}])

    assert outcomes(evaluated(alice, AS_ROOT, cluster=""))["run-as-non-root"] == "warn"
    assert outcomes(evaluated(alice, AS_ROOT, cluster="", namespace="unheard-of"))["run-as-non-root"] == "fail"
    assert outcomes(evaluated(alice, AS_ROOT, cluster="", namespace=""))["run-as-non-root"] == "fail"

    Cluster.objects.create(slug="blue", title="Blue")
    Namespace.objects.create(cluster_id="blue", name="payments-dev", environment="dev")
    answer = alice.client.post(EVALUATE, {"manifests": [AS_ROOT], "namespace": "payments-dev"})
    assert (answer.status_code, answer.json()["pointer"]) == (400, "/cluster")
    assert "blue, sandbox" in answer.json()["detail"]


def selector_stays() -> str:
    """A policy that looks at the object which an update replaces."""
    policy = yaml.safe_load(body(expression="oldObject == null || object.spec.selector == oldObject.spec.selector"))
    (example,) = policy["examples"]["pass"]
    former = {**example["manifest"], "spec": {**example["manifest"]["spec"], "selector": {"matchLabels": {"app": "former"}}}}
    path = policy["spec"]["validations"][0]["path"]
    fails = {"name": "Another selector", "old": former, "manifest": example["manifest"], "findings": [{"path": path, "fixed": False}]}
    policy["examples"]["fail"] = [fails]
    return json.dumps(policy, indent=2)


def test_an_update_is_judged_against_what_it_replaces(world: World, alice: Person) -> None:
    changed(world, "on-call", "carol", "dave", source=selector_stays())
    before = {**GOOD, "spec": {**GOOD["spec"], "selector": {"matchLabels": {"app": "former"}}}}

    assert outcomes(evaluated(alice, GOOD, old=[None]))["on-call"] == "pass"
    assert outcomes(evaluated(alice, GOOD, old=before))["on-call"] == "fail"
    found = evaluated(alice, GOOD, GOOD, old=[None, before])
    assert [outcomes(found, document)["on-call"] for document in (1, 2)] == ["pass", "fail"]


def test_an_admission_review_is_judged_by_what_it_says(world: World, alice: Person) -> None:
    request = {
        "uid": "1",
        "operation": "UPDATE",
        "namespace": "payments-dev",
        "object": AS_ROOT,
        "oldObject": GOOD,
        "userInfo": {"username": "x"},
    }
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request, "cluster": "sandbox"}

    answer = alice.client.post(EVALUATE, review)
    assert (answer.status_code, outcomes(answer.json())["run-as-non-root"]) == (200, "fail")

    answer = alice.client.post(EVALUATE, {**review, "request": {"operation": "DELETE", "object": None, "oldObject": AS_ROOT}})
    assert (answer.status_code, answer.json()["results"]) == (200, []), "no policy in force is about deletions"

    answer = alice.client.post(EVALUATE, {**review, "request": {"operation": "DELETE", "object": GOOD}})
    assert (answer.status_code, answer.json()["pointer"]) == (400, "/request/oldObject")

    options = {"apiVersion": "v1", "kind": "PodExecOptions", "command": ["sh"]}
    answer = alice.client.post(EVALUATE, {**review, "request": {"operation": "CONNECT", "object": options}})
    assert (answer.status_code, answer.json()["results"]) == (200, [])

    answer = alice.client.post(EVALUATE, {**review, "request": {"operation": "CREATE"}})
    assert (answer.status_code, answer.json()["pointer"]) == (400, "/request/object")


def test_what_kubernetes_could_not_read_is_an_error_that_nothing_lets_pass(world: World, alice: Person) -> None:
    granted(world, kind="Namespace", name="payments-dev")

    found = evaluated(alice, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": []}, {})

    assert [(result["document"], result["policy"], result["result"]) for result in found["results"]] == [
        (1, "well-formed", "error"),
        (2, "well-formed", "error"),
    ]


@pytest.mark.parametrize("manifest", [{"items": [GOOD]}, {"items": []}, {"items": None}, {"metadata": {}, "items": [GOOD]}, {}])
def test_a_list_is_told_to_be_sent_one_by_one(world: World, alice: Person, manifest: dict[str, Any]) -> None:
    (result,) = evaluated(alice, {"apiVersion": "v1", "kind": "List", **manifest})["results"]

    (finding,) = result["findings"]
    assert (finding["path"], finding["message"]) == ("/kind", "This is a List: send its items one by one, so that each is judged.")


def test_without_manifests_there_is_nothing_to_judge(world: World, alice: Person) -> None:
    answer = alice.client.post(EVALUATE, {})

    assert answer.status_code == 400
    assert "send `manifests`, or an AdmissionReview" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"manifests": [GOOD] * 101}, "/manifests"),
        ({"manifests": ["text"]}, "/manifests/0"),
        ({"manifests": [GOOD], "cluster": "elsewhere"}, "/cluster"),
        ({"manifests": [GOOD, GOOD], "old": GOOD}, ""),
        ({"manifests": [GOOD], "old": [None, None]}, ""),
        ({"manifests": [GOOD], "request": {}}, ""),
        ({"kind": "AdmissionReview", "request": {}, "namespace": "payments-dev"}, ""),
        ({"kind": "AdmissionReview"}, ""),
        ({"kind": "AdmissionReview", "request": {"object": GOOD, "namespace": 5}}, "/request/namespace"),
        ({"kind": "AdmissionReview", "request": {"object": GOOD, "operation": "FROB"}}, "/request/operation"),
        ({"kind": "AdmissionReview", "request": {"object": GOOD, "operation": {}}}, "/request/operation"),
        ({"kind": "AdmissionReview", "request": {"object": GOOD, "oldObject": "text"}}, "/request/oldObject"),
        ({}, ""),
        (PLACE, ""),
        ({"manifests": [GOOD], "enforcement": "advisory"}, "/enforcement"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(world: World, alice: Person, sent: dict[str, Any], pointer: str) -> None:
    answer = alice.client.post(EVALUATE, sent)
    assert (answer.status_code, answer.json().get("pointer")) == (400, pointer), answer.json()


def test_nothing_is_recorded_and_reading_is_enough(world: World, gina: Person, anonymous: RestClient) -> None:
    events = Event.objects.count()
    reads = issue(gina.account, name="reads", scopes=[Scope.READ], actor=Actor.command("test")).secret
    decides = issue(gina.account, name="decides", scopes=[Scope.DECIDE], actor=Actor.command("test")).secret
    events = Event.objects.count()
    sent = {"manifests": [AS_ROOT], **PLACE}

    assert RestClient(reads).post(EVALUATE, sent).status_code == 200
    assert RestClient(decides).post(EVALUATE, sent).json()["type"] == "/problems/missing-scope"
    assert anonymous.post(EVALUATE, sent).status_code == 401
    assert (Event.objects.count(), ActionRequest.objects.count()) == (events, 0)
