"""Policies that are asked together say what each of them says alone."""

import copy

import pytest

from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import evaluate
from guidance.judging.subject import admit
from guidance.judging.together import WORTH_IT, plans
from guidance.manifests.resources import resource
from guidance.manifests.wellformed import quick_check
from tests.guidance.conftest import Write
from tests.guidance.manifests import Manifest, container, deployment, workload

MANIFESTS = [
    deployment(),
    deployment(image="api:latest"),
    deployment(securityContext={"privileged": True}),
    workload("Deployment", {"containers": [container(), container(name="side", image="x")], "hostNetwork": True}),
]


def test_the_answers_are_those_of_each_policy_alone(main_pack: tuple[CompiledPolicy, ...]) -> None:
    for _ in range(WORTH_IT):
        evaluate(main_pack, deployment())

    for manifest in MANIFESTS:
        together = [(finding.policy, finding.path) for finding in evaluate(main_pack, manifest).findings]
        alone = [(finding.policy, finding.path) for policy in main_pack for finding in evaluate([policy], manifest).findings]
        assert together == alone


def test_nobody_is_asked_again_when_all_pass_together(main_pack: tuple[CompiledPolicy, ...]) -> None:
    plan = plans(main_pack)(resource("apps/v1", "Deployment"), "CREATE")
    for _ in range(WORTH_IT):
        plan.suspects(admit(deployment()))

    assert plan.suspects(admit(deployment())) == ()
    assert [policy.name for policy in plan.suspects(admit(deployment(image="api:latest")))] == ["no-latest-tag"]


@pytest.mark.parametrize("expression", ["object.spec.template.spec.containers.size() == 1", "dyn(object).size() == 4", "object == object"])
def test_a_policy_that_reads_the_pod_template_sees_it(write: Write, expression: str) -> None:
    policy = write(f"validations: [{{expression: '{expression}'}}]", group="apps", resources="deployments")
    other = write("validations: [{expression: object.metadata.name != ''}]", group="apps", resources="deployments", name="other")

    answers = [evaluate([policy, other], deployment()).findings for _ in range(WORTH_IT + 1)]

    assert answers == [()] * (WORTH_IT + 1)


def test_one_policy_that_breaks_does_not_hide_the_others(write: Write) -> None:
    broken = write("validations: [{expression: object.nothing == 1}]", name="broken")
    strict = write("validations: [{expression: 'false', message: never}]", name="strict")
    lenient = write("validations: [{expression: 'true'}]", name="lenient")

    for _ in range(WORTH_IT + 1):
        findings = evaluate([broken, strict, lenient], deployment()).findings
        assert [finding.policy for finding in findings] == ["broken", "strict"]


@pytest.mark.parametrize(
    "change",
    [
        {"x": None}, {"x": [None]}, {"x": {"a": "\0"}}, {"x": ["\ud800", "\udc00"]}, {"x": 2**63}, {"x": float("nan")}, {"x": (1,)},
        {"x": {1: 2}}, {"x": {"\0": 1}}, {"metadata": {"labels": {"a": 1}}}, {"metadata": {"name": 1}}, {"spec": {"template": {}}},
        {"x": [[[]] * 3, type("Text", (str,), {})("a")]}, {"kind": None}, {"metadata": {"annotations": {2: "a"}}},
    ],
)  # fmt: skip
def test_what_is_not_plain_takes_the_careful_way(change: Manifest) -> None:
    is_well_formed = quick_check(resource("apps/v1", "Deployment"))

    assert is_well_formed(deployment() | {"x": {"a": [1, 2.5, True, "ü"]}})
    assert not is_well_formed(deployment() | change)


def test_depth_is_bounded_exactly_as_on_the_careful_way() -> None:
    def nested(levels: int) -> Manifest:
        value: object = 1
        for _ in range(levels):
            value = [value]
        return deployment() | {"x": value}

    is_well_formed = quick_check(resource("apps/v1", "Deployment"))

    assert (is_well_formed(nested(63)), is_well_formed(nested(64))) == (True, False)
    assert (evaluate([], nested(63)).findings, len(evaluate([], nested(64)).findings)) == ((), 1)


def test_a_manifest_is_not_changed_by_the_namespace_it_goes_to() -> None:
    manifest = deployment()
    before = copy.deepcopy(manifest)

    assert admit(manifest, namespace="payments-dev").own.document["metadata"] == {**manifest["metadata"], "namespace": "payments-dev"}
    assert manifest == before
