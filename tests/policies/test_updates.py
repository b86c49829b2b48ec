"""What a manifest replaces is read from the cluster, for policies that judge an update otherwise than a creation, and for those alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_django import Settings

from audit.models import Delivery
from autonomy import catalogue
from autonomy.actions.manifests import ApplyManifest
from autonomy.models import ActionRequest
from clusters.errors import TimedOut
from clusters.gateway import Gateway
from clusters.objects import Object, Ref
from guidance.services import former, objects
from guidance.services.scan import scan
from tests.approvals.scenes import approve, executed
from tests.autonomy.scenes import pause_is_over
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.policies.scenes import HAS_ON_CALL, apply, body, changed
from tests.policies.test_evaluating import EVALUATE, evaluated, outcomes
from tests.policies.test_namespaces import messages
from tests.policies.test_scan import reports
from tests.policies.test_what_if import supposed
from tests.security.scenes import manifest

NAME = "on-call"
MISSING = "The annotation on-call is missing."
STAYS = "oldObject == null || object.metadata.?annotations[?'on-call'] == oldObject.metadata.?annotations[?'on-call']"
PACKS = Path(__file__).parents[2] / "guidance" / "packs"
WEB = Ref.to("Deployment", "web", "payments-dev")


def deployment(on_call: str = "", name: str = "web") -> dict[str, Any]:
    """Meets all policies that ship; with the annotation where it says who is called."""
    found = manifest()
    annotations = {"annotations": {"on-call": on_call}} if on_call else {}
    return {**found, "metadata": {**found["metadata"], **annotations, "name": name}}


def source(expression: str = HAS_ON_CALL, *operations: str, failure_policy: str = "Fail", **spec: Any) -> str:
    """Asks for the annotation, or what the expression says, on these operations."""
    policy = yaml.safe_load(body(expression=json.dumps(expression)))
    (rule,) = policy["spec"]["matchConstraints"]["resourceRules"]
    rule["operations"] = operations or ["CREATE", "UPDATE"]
    policy["spec"] |= {"failurePolicy": failure_policy, **spec}
    for example in (*policy["examples"]["pass"], *policy["examples"]["fail"]):
        if operations == ("UPDATE",) or expression.startswith("oldObject == null ||"):
            example["old"] = policy["examples"]["pass"][0]["manifest"]
    return json.dumps(policy, indent=2)


def in_force(world: World, text: str) -> None:
    changed(world, NAME, "carol", "dave", source=text)


@pytest.fixture(autouse=True)
def no_cluster_was_silent() -> Iterator[None]:
    objects.forget()
    yield
    objects.forget()


@pytest.fixture
def live(demo_cluster: SandboxCluster) -> SandboxCluster:
    """There is a Deployment web in payments-dev, where alice is called."""
    demo_cluster.gateway("worker").apply(there(deployment("alice")))
    return demo_cluster


def there(found: dict[str, Any], namespace: str = "payments-dev") -> Object:
    return {**found, "metadata": {**found["metadata"], "namespace": namespace}}


def gone(cluster: SandboxCluster, ref: Ref = WEB) -> None:
    admin = cluster.gateway("admin")
    admin.delete(ref, uid=admin.get(ref)["metadata"]["uid"])


def submitted(who: Person, found: dict[str, Any]) -> ActionRequest:
    status, answer = apply(who, found)
    assert status == 202, answer
    return ActionRequest.objects.get(pk=answer["id"])


def test_what_must_not_change_does_not(world: World, alice: Person, demo_cluster: SandboxCluster) -> None:
    in_force(world, source(STAYS))
    assert executed(world, submitted(alice, deployment("alice"))).status == "running"

    status, answer = apply(alice, deployment("bob"))

    assert (status, messages(answer)) == (422, [MISSING])
    assert apply(alice, deployment("alice"))[0] == 202


@pytest.mark.parametrize(
    ("operation", "new", "update"), [("CREATE", 422, 202), ("UPDATE", 202, 422)], ids=["creations only", "updates only"]
)
def test_policies_of_one_operation_hold_for_it_alone(
    world: World, alice: Person, live: SandboxCluster, operation: str, new: int, update: int
) -> None:
    in_force(world, source(HAS_ON_CALL, operation))

    assert [apply(alice, deployment(name="newcomer"))[0], apply(alice, deployment())[0]] == [new, update]


def test_the_operation_is_that_of_the_request(world: World, alice: Person, live: SandboxCluster) -> None:
    in_force(world, source(f"request.operation == 'UPDATE' || {HAS_ON_CALL}"))

    assert [apply(alice, deployment(name="newcomer"))[0], apply(alice, deployment())[0]] == [422, 202]


def test_a_label_that_is_taken_off_does_not_escape_a_selector(world: World, alice: Person, live: SandboxCluster) -> None:
    live.gateway("admin").merge_patch(WEB, {"metadata": {"labels": {"env": "prod"}}})
    text = yaml.safe_load(source())
    text["spec"]["matchConstraints"]["objectSelector"] = {"matchLabels": {"env": "prod"}}
    for example in (*text["examples"]["pass"], *text["examples"]["fail"]):
        example["manifest"]["metadata"]["labels"] = {"env": "prod"}
    in_force(world, json.dumps(text))

    assert [apply(alice, deployment(name="newcomer"))[0], apply(alice, deployment())[0]] == [202, 422]


def test_pods_of_a_workload_are_created_by_its_update_too(world: World, alice: Person, live: SandboxCluster, reads: list[str]) -> None:
    text = yaml.safe_load(
        source("oldObject == null && request.operation == 'CREATE' && object.spec.containers[0].image != 'api:1'", "CREATE")
    )
    text["spec"]["matchConstraints"]["resourceRules"][0] |= {"apiGroups": [""], "resources": ["pods"]}
    (example,) = text["examples"]["pass"]
    example["manifest"] = manifest()
    text["examples"]["fail"][0]["findings"] = [{"path": "/spec/template/metadata/annotations/on-call", "fixed": False}]
    in_force(world, json.dumps(text))

    status, answer = apply(alice, manifest(image="api:1"))

    assert (status, messages(answer)) == (422, [MISSING])
    assert (apply(alice, deployment())[0], reads) == (202, [])


def test_nobody_asks_the_cluster_where_no_policy_minds(world: World, alice: Person, live: SandboxCluster, reads: list[str]) -> None:
    in_force(world, source())
    assert (apply(alice, deployment())[0], reads) == (422, [])

    changed(world, NAME, "dave", source=source(STAYS).replace("1.0.0", "1.1.0"))
    evaluated(alice, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": []}})
    assert reads == []

    apply(alice, deployment("alice"))
    assert reads == ["Deployment payments-dev/web within 2.0"]


def test_the_web_may_read_them(world: World, alice: Person, live: SandboxCluster, settings: Settings) -> None:
    in_force(world, source(STAYS))
    settings.KUBECONFIG_DIR = live.kubeconfig_dir / "web"

    assert messages(apply(alice, deployment("bob"))[1]) == [MISSING]


def test_all_kinds_that_actions_apply_are_read(world: World) -> None:
    kinds = {kind.kind for kind in catalogue.actions().values() if isinstance(kind, ApplyManifest)}

    assert kinds == {"Deployment", "NetworkPolicy"}
    assert kinds <= former.KINDS


@pytest.mark.parametrize(
    ("failure_policy", "status", "outcome"), [("Fail", 422, "it counts as violated"), ("Ignore", 202, "it is ignored")]
)
def test_a_cluster_that_does_not_answer_is_asked_once_and_not_for_long(
    world: World, alice: Person, live: SandboxCluster, reads: list[str], failure_policy: str, status: int, outcome: str
) -> None:
    in_force(world, source(HAS_ON_CALL, "UPDATE", failure_policy=failure_policy))
    live.fault(method="GET", path="/deployments/web$", status=503, times=2, message="busy")

    answered, answer = apply(alice, deployment())

    assert (answered, messages(answer)) == (
        status,
        [
            "The policy on-call could not judge this manifest: it judges by what the object is now, but it could not be had: busy. "
            f"Nobody is to blame for that; {outcome} as long as it is so (failurePolicy: {failure_policy})."
        ],
    )
    assert reads == ["Deployment payments-dev/web within 2.0"]


def test_a_cluster_that_lets_the_time_pass_is_left_alone_for_seconds(
    world: World, alice: Person, live: SandboxCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force(world, source(STAYS))
    clock, asked, read = iter([0.0, 4.9, 5.1]), [0], Gateway.get

    def silent(self: Gateway, ref: Ref, *, within: float | None = None) -> Object:
        asked[0] += 1
        raise TimedOut("No answer in time.")

    monkeypatch.setattr(objects, "monotonic", lambda: next(clock))
    monkeypatch.setattr(Gateway, "get", silent)
    found = evaluated(alice, deployment("bob"), deployment("bob"))
    monkeypatch.setattr(Gateway, "get", read)

    assert ([outcomes(found, document)[NAME] for document in (1, 2)], asked) == (["error", "error"], [1])
    assert outcomes(evaluated(alice, deployment("bob")))[NAME] == "fail"


def test_without_a_kubeconfig_too(world: World, alice: Person, live: SandboxCluster, settings: Settings) -> None:
    in_force(world, source(STAYS))
    settings.KUBECONFIG_DIR = live.kubeconfig_dir / "nowhere"

    assert "but it could not be had: No kubeconfig for the cluster 'sandbox'" in messages(apply(alice, deployment())[1])[0]


@pytest.mark.parametrize("failure_policy", ["Fail", "Ignore"])
def test_what_was_deleted_meanwhile_is_judged_as_new(world: World, alice: Person, live: SandboxCluster, failure_policy: str) -> None:
    in_force(world, source(HAS_ON_CALL, "CREATE", failure_policy=failure_policy))
    request = submitted(alice, deployment())
    assert Delivery.objects.get(stream=request.id).epoch is None
    gone(live)
    before = live.writes()

    ended = executed(world, request)

    assert (ended.status, ended.result and ended.result["error"]["message"]) == ("failed", f"{NAME} refuses it since: {MISSING}")
    assert live.writes() == before


def test_what_came_meanwhile_is_judged_as_an_update(world: World, alice: Person, live: SandboxCluster) -> None:
    gone(live)
    in_force(world, source(STAYS))
    request = submitted(alice, deployment("bob"))
    live.gateway("worker").apply(there(deployment("alice")))

    ended = executed(world, request)

    assert (ended.status, ended.result and ended.result["error"]["reason"]) == ("failed", "PolicyChanged")


def test_what_is_still_let_in_runs(world: World, alice: Person, live: SandboxCluster) -> None:
    in_force(world, source(STAYS))

    assert executed(world, submitted(alice, deployment("alice"))).status == "running"


def test_when_the_cluster_does_not_answer_then_it_is_tried_again(world: World, alice: Person, live: SandboxCluster) -> None:
    in_force(world, source(STAYS))
    request = submitted(alice, deployment("alice"))
    live.fault(method="GET", path="/deployments/web$", status=503)
    world.work()
    assert world.events(request)[-1] == "request.attempt_failed"

    pause_is_over(request)
    world.work()

    assert world.events(request)[-1] == "request.applied"


def test_an_attempt_that_had_its_effect_is_not_judged_as_an_update_of_itself(world: World, alice: Person, live: SandboxCluster) -> None:
    gone(live)
    in_force(world, source(HAS_ON_CALL, "UPDATE"))
    request = submitted(alice, deployment())
    live.fault(method="PATCH", path="/deployments/web", cut_after_apply=True)
    world.work()
    assert world.events(request)[-1] == "request.attempt_failed"

    pause_is_over(request)
    world.work()

    assert world.events(request)[-1] == "request.applied"


def test_an_attempt_that_had_none_is_judged_again(world: World, alice: Person, live: SandboxCluster) -> None:
    gone(live)
    in_force(world, source(HAS_ON_CALL, "UPDATE"))
    request = submitted(alice, deployment())
    live.fault(method="PATCH", path="/deployments/web", cut=True)
    world.work()
    live.gateway("worker").apply(there(deployment("alice")))

    pause_is_over(request)
    ended = executed(world, request)

    assert (ended.status, ended.result and ended.result["error"]["reason"]) == ("failed", "PolicyChanged")


def test_what_was_approved_is_judged_by_what_is_there_then(world: World, alice: Person, carol: Person, live: SandboxCluster) -> None:
    """Level 3: the reviewers are shown what has changed."""
    in_force(world, source(STAYS))
    parameters = {"manifest": deployment("bob", "newcomer")}
    request = world.submit(alice, "deployment.apply", parameters, name="newcomer", namespace="platform-system")
    approved = approve(executed(world, request), carol)
    assert (approved.status, Delivery.objects.get(stream=request.id, lane__isnull=False).epoch) == ("queued", None)
    live.gateway("worker").apply(there(deployment("alice", "newcomer"), "platform-system"))

    reopened = executed(world, approved)

    assert (reopened.status, [finding["policy"] for finding in reopened.findings]) == ("awaiting_approval", [NAME])


def test_who_approves_does_not_wait_for_the_cluster(
    world: World, alice: Person, carol: Person, live: SandboxCluster, reads: list[str]
) -> None:
    """What is there is looked at when it runs."""
    in_force(world, source(STAYS))
    request = world.submit(alice, "deployment.apply", {"manifest": deployment()}, name="web", namespace="platform-system")
    world.work("approvals.plan")
    reads.clear()

    assert approve(request, carol).status == "queued"

    assert reads == []
    assert Delivery.objects.get(stream=request.id, listener="approvals.execute").epoch is None


def test_a_default_deny_stays_one(world: World, alice: Person, demo_cluster: SandboxCluster) -> None:
    text = (PACKS / "network" / "default-deny-stays.yaml").read_text()
    changed(world, "default-deny-stays", "carol", "dave", source=text, enforcement="hard-mandatory")
    demo_cluster.gateway("admin").apply(there(policy(ingress=None)))

    refused = world.submit(alice, "networkpolicy.apply", {"manifest": policy(ingress=[{}])}, name="web")
    taken = world.submit(alice, "networkpolicy.apply", {"manifest": policy(ingress=[{}], name="other")}, name="other")

    assert [refused.status, taken.status] == ["policy_failed", "submitted"]
    assert refused.findings[0]["message"].startswith("This was the default deny of the namespace for calls in, and is none any more")


def policy(*, ingress: object, name: str = "web") -> dict[str, Any]:
    spec = {"podSelector": {}, "policyTypes": ["Ingress"]} | ({"ingress": ingress} if ingress else {})
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def test_the_standard_of_a_namespace_is_not_lowered(world: World, alice: Person, demo_cluster: SandboxCluster) -> None:
    slug, label = "pod-security-not-lowered", "pod-security.kubernetes.io/enforce"
    changed(world, slug, "carol", "dave", source=(PACKS / "rbac" / f"{slug}.yaml").read_text())
    demo_cluster.gateway("admin").merge_patch(Ref.to("Namespace", "payments-dev"), {"metadata": {"labels": {label: "restricted"}}})
    lower = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "payments-dev", "labels": {label: "baseline"}}}

    answer = evaluated(alice, lower, namespace="")

    assert outcomes(answer)[slug] == "fail"
    assert answer["results"][-1]["findings"][0]["message"].startswith(
        "The namespace lowers its Pod Security Standard from restricted to baseline"
    )
    assert slug not in outcomes(evaluated(alice, {**lower, "metadata": {"name": "newcomer"}}, namespace=""))


def test_evaluate_says_what_a_submission_says(world: World, alice: Person, live: SandboxCluster) -> None:
    in_force(world, source(STAYS))

    for found in (deployment("alice"), deployment("bob"), deployment("bob", "newcomer")):
        told = [finding for result in evaluated(alice, found)["results"] for finding in result["findings"]]
        assert told == apply(alice, found)[1]["findings"]

    live.fault(method="GET", path="/deployments/web$", status=503)
    assert outcomes(evaluated(alice, deployment("bob")))[NAME] == "error"


def test_evaluate_tells_policies_of_updates_that_could_not_judge(world: World, alice: Person, live: SandboxCluster) -> None:
    in_force(world, source(HAS_ON_CALL, "UPDATE"))
    assert NAME not in outcomes(evaluated(alice, deployment(name="newcomer")))

    live.fault(method="GET", path="/deployments/web$", status=503)

    assert outcomes(evaluated(alice, deployment()))[NAME] == "error"


def test_who_says_what_is_replaced_is_believed(world: World, alice: Person, live: SandboxCluster, reads: list[str]) -> None:
    in_force(world, source(STAYS))
    bob = deployment("bob")
    review = {"operation": "CREATE", "namespace": "payments-dev", "object": bob, "oldObject": None}
    sent = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "cluster": "sandbox", "request": review}

    assert [outcomes(evaluated(alice, bob, **more))[NAME] for more in ({"old": bob}, {"old": [None]})] == ["pass", "pass"]
    assert outcomes(alice.client.post(EVALUATE, sent).json())[NAME] == "pass"
    assert outcomes(evaluated(alice, bob, cluster="", namespace=""))[NAME] == "pass"
    assert reads == []


def test_a_scan_and_a_what_if_judge_what_runs_as_it_is(
    world: World, alice: Person, gina: Person, live: SandboxCluster, reads: list[str]
) -> None:
    in_force(world, source(f"oldObject == null || {HAS_ON_CALL}"))
    in_question = source("oldObject != null || object.metadata.name != 'web'").replace("1.0.0", "1.1.0")

    scan()
    found = supposed(gina, NAME, source=in_question, namespace="payments-dev")

    assert [one for one in reports(gina)["payments-dev"]["results"] if one["policy"] == NAME] == []
    assert {one["resource"]["name"] for one in found["results"]} == {"web"}
    assert reads == []
