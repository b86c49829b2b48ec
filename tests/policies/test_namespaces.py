"""Policies that read the object of the namespace: it comes from the cluster, for those alone, and what it says may change at any time."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from audit.models import Delivery
from autonomy.models import ActionRequest
from clusters.objects import Ref
from guidance.models import Policy
from guidance.services import namespaces
from guidance.services.scan import scan
from tests.approvals.scenes import approve, executed
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.policies.scenes import HAS_ON_CALL, apply, body, changed
from tests.policies.test_evaluating import evaluated, outcomes
from tests.policies.test_scan import reports
from tests.policies.test_what_if import supposed
from tests.security.scenes import manifest

NAME = "on-call"
KNOWN = "namespaceObject: {apiVersion: v1, kind: Namespace, metadata: {name: x, labels: {paged: 'true'}}}"
UNPAGED = f"namespaceObject.metadata.?labels.paged.orValue('false') != 'true' || ({HAS_ON_CALL})"
NAMESPACES = ("payments-dev", "payments-prod", "platform-system", "search-dev", "search-prod")
GOOD = manifest()
MISSING = "The annotation on-call is missing."


def source(expression: str = UNPAGED, *, failure_policy: str = "Fail", selector: str = "", **more: Any) -> str:
    """Asks for the annotation in namespaces with the label paged."""
    text = body(NAME, expression=f'"{expression}"', **more)
    text = text.replace("spec:\n  match", f"spec:\n  failurePolicy: {failure_policy}\n  match")
    text = text.replace("matchConstraints:\n", f"matchConstraints:\n    namespaceSelector: {selector}\n") if selector else text
    for name in ("Somebody", "Nobody"):
        text = text.replace(f"- name: {name} is called\n", f"- name: {name} is called\n    {KNOWN}\n")
    return text


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    namespaces.forget()
    yield
    namespaces.forget()


@pytest.fixture
def paged(world: World, demo_cluster: SandboxCluster) -> SandboxCluster:
    """The policy is in force; the label is on payments-dev alone."""
    changed(world, NAME, "carol", "dave", source=source())
    label(demo_cluster, paged="true")
    return demo_cluster


def label(cluster: SandboxCluster, namespace: str = "payments-dev", **labels: str | None) -> None:
    cluster.gateway("admin").merge_patch(Ref.to("Namespace", namespace), {"metadata": {"labels": labels}})
    namespaces.forget()


def messages(answer: dict[str, Any]) -> list[str]:
    return [finding["message"] for finding in answer["findings"]]


def test_a_submission_is_judged_by_the_labels_of_its_namespace(world: World, alice: Person, paged: SandboxCluster) -> None:
    status, answer = apply(alice, GOOD)

    assert (status, messages(answer)) == (422, [MISSING])
    assert apply(alice, GOOD, "payments-prod")[0] == 202


def test_a_selector_reads_them_too(world: World, alice: Person, paged: SandboxCluster) -> None:
    changed(world, NAME, "dave", source=source(HAS_ON_CALL, selector="{matchLabels: {paged: 'true'}}", version="1.1.0"))

    assert [apply(alice, GOOD)[0], apply(alice, GOOD, "payments-prod")[0]] == [422, 202]


def test_the_name_is_a_label_of_every_namespace(world: World, alice: Person, demo_cluster: SandboxCluster, reads: list[str]) -> None:
    selector = "{matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [payments-dev, x]}]}"
    changed(world, NAME, "carol", "dave", source=source(HAS_ON_CALL, selector=selector))

    assert [apply(alice, GOOD)[0], apply(alice, GOOD, "payments-prod")[0]] == [422, 202]
    assert reads == []


def test_nobody_asks_the_cluster_where_no_policy_minds(world: World, alice: Person, demo_cluster: SandboxCluster, reads: list[str]) -> None:
    assert apply(alice, GOOD)[0] == 202
    assert reads == []


def test_nor_for_kinds_that_no_such_policy_is_about(world: World, alice: Person, paged: SandboxCluster, reads: list[str]) -> None:
    evaluated(alice, {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {}})
    evaluated(alice, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})
    evaluated(alice, {"kind": ["no kind"]})

    assert reads == []


def test_what_was_read_is_kept_for_seconds(
    world: World, alice: Person, paged: SandboxCluster, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 104.9, 105.1])
    monkeypatch.setattr(namespaces, "monotonic", lambda: next(clock))

    assert [len(messages(apply(alice, GOOD)[1])) for _ in range(3)] == [1, 1, 1]

    assert reads == ["Namespace payments-dev within 2.0"] * 2


@pytest.mark.parametrize(
    ("failure_policy", "status", "outcome"), [("Fail", 422, "it counts as violated"), ("Ignore", 202, "it is ignored")]
)
def test_a_namespace_that_is_not_there(
    world: World, alice: Person, demo_cluster: SandboxCluster, failure_policy: str, status: int, outcome: str
) -> None:
    changed(world, NAME, "carol", "dave", source=source(failure_policy=failure_policy))
    admin = demo_cluster.gateway("admin")
    admin.delete(Ref.to("Namespace", "payments-dev"), uid=admin.get(Ref.to("Namespace", "payments-dev"))["metadata"]["uid"])

    answered, answer = apply(alice, GOOD)

    assert (answered, messages(answer)) == (
        status,
        [
            "The policy on-call could not judge this manifest: it reads namespaceObject, the object of the namespace, but there is no "
            f"namespace payments-dev in the cluster sandbox. Nobody is to blame for that; {outcome} as long as it is so "
            f"(failurePolicy: {failure_policy})."
        ],
    )


def test_a_cluster_that_does_not_answer_is_asked_once_and_not_for_long(
    world: World, alice: Person, paged: SandboxCluster, reads: list[str]
) -> None:
    paged.fault(method="GET", path="/namespaces/payments-dev$", status=503, times=2)

    first, second = apply(alice, GOOD), apply(alice, GOOD)

    assert [status for status, _ in (first, second)] == [422, 422]
    assert "the object of the namespace, but it could not be had: " in messages(first[1])[0]
    assert reads == ["Namespace payments-dev within 2.0"]


def test_without_a_kubeconfig_too(world: World, alice: Person, paged: SandboxCluster, settings: Settings) -> None:
    settings.KUBECONFIG_DIR = paged.kubeconfig_dir / "nowhere"

    _, answer = apply(alice, GOOD)

    assert "but it could not be had: No kubeconfig for the cluster 'sandbox'" in messages(answer)[0]


def test_evaluate_says_the_same_and_what_it_cannot_know(world: World, alice: Person, paged: SandboxCluster) -> None:
    found = evaluated(alice, GOOD)
    nowhere = evaluated(alice, GOOD, cluster="", namespace="")

    assert [outcomes(one)[NAME] for one in (found, nowhere)] == ["fail", "error"]
    (message,) = (finding["message"] for one in nowhere["results"] if one["policy"] == NAME for finding in one["findings"])
    assert "but nobody has said in which cluster and namespace it is" in message


def test_the_web_may_read_them(world: World, alice: Person, paged: SandboxCluster, settings: Settings) -> None:
    settings.KUBECONFIG_DIR = paged.kubeconfig_dir / "web"

    assert outcomes(evaluated(alice, GOOD))[NAME] == "fail"


def test_a_scan_and_a_what_if_read_each_namespace_once(world: World, live: SandboxCluster, gina: Person, reads: list[str]) -> None:
    changed(world, NAME, "carol", "dave", source=source())
    label(live, paged="true")
    label(live, "search-dev", paged="true")
    changed(world, NAME, "dave", enforcement="hard-mandatory")
    reads.clear()

    scan()
    assert sorted(reads) == sorted(f"Namespace {name} within 2.0" for name in NAMESPACES)
    namespaces.forget()
    found = supposed(gina, NAME)

    told = {name: {one["result"] for one in report["results"] if one["policy"] == NAME} for name, report in reports(gina).items()}
    assert told == {
        "payments-dev": {"fail"},
        "payments-prod": set(),
        "platform-system": set(),
        "search-dev": {"fail"},
        "search-prod": set(),
    }
    assert {one["resource"]["namespace"] for one in found["results"]} == {"payments-dev", "search-dev"}


def test_what_waited_is_judged_by_the_labels_of_the_moment(world: World, alice: Person, paged: SandboxCluster) -> None:
    """They changed without a new epoch; a process that kept them has kept what they were."""
    label(paged, paged=None)
    status, answer = apply(alice, GOOD)
    request = ActionRequest.objects.get(pk=answer["id"])
    assert (status, Delivery.objects.get(stream=request.id).epoch) == (202, None)
    paged.gateway("admin").merge_patch(Ref.to("Namespace", "payments-dev"), {"metadata": {"labels": {"paged": "true"}}})

    ended = executed(world, request)

    assert (ended.status, ended.result and ended.result["error"]["message"]) == ("failed", f"{NAME} refuses it since: {MISSING}")


def test_what_is_still_let_in_runs(world: World, alice: Person, paged: SandboxCluster) -> None:
    label(paged, paged=None)
    request = ActionRequest.objects.get(pk=apply(alice, GOOD)[1]["id"])

    assert executed(world, request).status == "running"


def test_when_the_cluster_does_not_answer_then_it_is_tried_again(world: World, alice: Person, paged: SandboxCluster) -> None:
    label(paged, paged=None)
    request = ActionRequest.objects.get(pk=apply(alice, GOOD)[1]["id"])
    paged.fault(method="GET", path="/namespaces/payments-dev$", status=503, times=1)

    waiting = executed(world, request)

    assert (waiting.status, world.events(waiting)[-1]) == ("running", "request.attempt_failed")
    assert Delivery.objects.get(stream=request.id, lane__isnull=False).attempts == 1


def test_what_was_approved_is_judged_by_the_labels_of_the_moment(world: World, alice: Person, carol: Person, paged: SandboxCluster) -> None:
    """Level 3: the reviewers are shown what has changed."""
    request = world.submit(alice, "deployment.apply", {"manifest": named("newcomer")}, name="newcomer", namespace="platform-system")
    approved = approve(executed(world, request), carol)
    assert (approved.status, Delivery.objects.get(stream=request.id, lane__isnull=False).epoch) == ("queued", None)
    paged.gateway("admin").merge_patch(Ref.to("Namespace", "platform-system"), {"metadata": {"labels": {"paged": "true"}}})

    reopened = executed(world, approved)

    assert (reopened.status, [finding["policy"] for finding in reopened.findings]) == ("awaiting_approval", [NAME])


def test_what_was_approved_waits_for_a_cluster_that_does_not_answer(
    world: World, alice: Person, carol: Person, paged: SandboxCluster
) -> None:
    request = world.submit(alice, "deployment.apply", {"manifest": named("newcomer")}, name="newcomer", namespace="platform-system")
    approved = approve(executed(world, request), carol)
    paged.fault(method="GET", path="/namespaces/platform-system$", status=503, times=1)

    assert executed(world, approved).status == "queued"
    assert Policy.objects.filter(slug=NAME).exists()


def named(name: str) -> dict[str, Any]:
    found = manifest()
    return {**found, "metadata": {**found["metadata"], "name": name}}
