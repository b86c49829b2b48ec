"""ValidatingAdmissionPolicies as others write them, with bindings and parameters beside them."""

import json

import pytest
import yaml

from guidance.judging.compiled import compile_policies
from guidance.judging.evaluation import evaluate
from guidance.policies.policy import Enforcement
from tests.guidance.foreign.conftest import Judge, Read, Told
from tests.guidance.manifests import container, pod_spec, workload

POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few.containers, generation: 2}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}
  matchConditions:
  - {name: not-our-tools, expression: "!has(object.metadata.labels) || !('tool' in object.metadata.labels)"}
  variables:
  - {name: count, expression: object.spec.containers.size()}
  validations:
  - expression: variables.count <= int(params.data.most)
    messageExpression: '"at most " + params.data.most'
status: {observedGeneration: 2}
"""
BINDING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: in-shop}
spec:
  policyName: few.containers
  validationActions: [Deny]
  paramRef: {name: limits, namespace: platform, parameterNotFoundAction: Deny}
  matchResources:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}
"""
PARAMS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: limits, namespace: platform}
data: {most: "1"}
"""
ONE = workload("Pod", pod_spec())
TWO = workload("Pod", pod_spec(containers=[container(), container(name="side")]))
TOOL = TWO | {"metadata": {"name": "api", "labels": {"tool": "x"}}}


def test_a_policy_its_binding_and_its_parameters_find_each_other(read: Read, outcomes: Judge) -> None:
    found = read(PARAMS, BINDING, POLICY)

    assert [outcomes(found, pod) for pod in (ONE, TWO, TOOL)] == [{"few.containers": "pass"}, {"few.containers": "fail"}, {}]
    assert outcomes(found, TWO, namespace="elsewhere") == {}
    assert found.notes == ()


def test_pod_templates_of_workloads_are_judged_too(read: Read, outcomes: Judge) -> None:
    deployment = workload("Deployment", pod_spec(containers=[container(), container(name="side")]))

    assert outcomes(read(POLICY, BINDING, PARAMS), deployment) == {"few.containers": "fail"}


@pytest.mark.parametrize(
    ("actions", "level", "outcome"),
    [
        ("[Deny]", Enforcement.HARD_MANDATORY, "fail"),
        ("[Deny, Audit]", Enforcement.HARD_MANDATORY, "fail"),
        ("[Warn]", Enforcement.ADVISORY, "warn"),
        ("[Warn, Audit]", Enforcement.ADVISORY, "warn"),
    ],
)
def test_the_actions_of_the_binding_say_how_strictly_it_is_meant(
    read: Read, outcomes: Judge, actions: str, level: Enforcement, outcome: str
) -> None:
    found = read(POLICY, BINDING.replace("[Deny]", actions), PARAMS)

    assert found.levels == {"few.containers": level}
    assert outcomes(found, TWO) == {"few.containers": outcome}


def test_each_binding_does_what_it_says(read: Read, outcomes: Judge) -> None:
    warns = BINDING.replace("in-shop", "everywhere").replace("[Deny]", "[Warn]").partition("  matchResources")[0]
    found = read(POLICY, BINDING, warns, PARAMS)

    assert outcomes(found, TWO, namespace="shop") == {"few.containers": "fail"}
    assert outcomes(found, TWO, namespace="elsewhere") == {"few.containers": "warn"}


def test_without_a_binding_it_is_judged_everywhere_and_that_is_said(read: Read, outcomes: Judge) -> None:
    found = read(POLICY, PARAMS)

    assert outcomes(found, TWO, namespace="elsewhere") == {"few.containers": "fail"}
    assert [str(note) for note in found.notes] == [
        "policies.yaml:3:18: no binding names few.containers, so a cluster would not ask it; here it is judged as if it held everywhere"
    ]


def test_a_binding_of_another_policy_binds_nothing_and_that_is_said(read: Read) -> None:
    found = read(POLICY, BINDING, BINDING.replace("few.containers", "other"), PARAMS)

    assert [str(note) for note in found.notes] == ["policies.yaml:32:15: there is no policy other here, so this binding binds nothing"]


def test_what_a_policy_takes_no_parameters_from_is_left_out(read: Read) -> None:
    secret = PARAMS.replace("ConfigMap", "Secret")

    assert read(POLICY, BINDING, PARAMS, secret).params == (yaml.safe_load(PARAMS),)


def test_what_people_wrote_about_it_is_kept_and_the_rest_is_assumed(read: Read) -> None:
    annotated = POLICY.replace("generation: 2", 'annotations: {kubernetes.io/description: "Pods\\n  stay small."}')
    (plain,), (described,) = read(POLICY).policies, read(annotated).policies

    assert (plain.guidance.title, plain.guidance.rationale) == ("few.containers", "Its author has not written down why it is there.")
    assert (plain.guidance.severity.value, plain.guidance.version, plain.guidance.owner) == ("medium", "0.0.0", "")
    assert described.guidance.rationale == "Pods stay small."


def test_json_lists_and_the_older_version_are_read_too(read: Read, outcomes: Judge) -> None:
    items = [yaml.safe_load(text) for text in (POLICY, BINDING, PARAMS)]
    items[0]["apiVersion"] = items[1]["apiVersion"] = "admissionregistration.k8s.io/v1beta1"
    found = read(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))

    assert outcomes(found, TWO) == {"few.containers": "fail"}


def test_a_policy_that_cannot_judge_names_no_group_that_owns_it(read: Read) -> None:
    broken = read(POLICY.replace("object.spec.containers.size()", "object.spec.nothing.size()"), PARAMS)

    (finding,) = evaluate(compile_policies(broken.policies), ONE).findings

    assert "tell its owners; it counts as violated until they mend it" in finding.message


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("validations:", "rules:", ["13:3: unknown or unsupported field 'rules': remove it or correct its name"]),
        ("    messageE", "    path: /x\n    messageE", ["15:5: unknown or unsupported field 'path': remove it or correct its name"]),
        (
            "v1\nkind: Val",
            "v2\nkind: Val",
            ["1:13: apiVersion: Input should be 'admissionregistration.k8s.io/v1' or 'admissionregistration.k8s.io/v1beta1'"],
        ),
        ("name: few.containers", "name: n", ["3:18: name must be text, but it is true or false: put it in quotes"]),
        ("{name: few.containers, ", "{", ["3:11: the field 'name' is missing: add it here"]),
        ('apiGroups: [""]', "apiGroups: []", ["8:19: apiGroups must not be empty"]),
        ("[CREATE, UPDATE]", "[]", ["8:56: operations must not be empty"]),
        (
            "    resourceRules:",
            "    resourceRule:",
            [
                "7:5: the field 'resourceRules' is missing: add it here",
                "7:5: unknown or unsupported field 'resourceRule': remove it or correct its name",
            ],
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(told: Told, old: str, new: str, problems: list[str]) -> None:
    assert told(POLICY.replace(old, new, 1)) == problems


def test_a_binding_does_something(told: Told) -> None:
    assert told(POLICY, BINDING.replace("[Deny]", "[]"), PARAMS) == ["23:22: validationActions must not be empty"]


def test_an_expression_that_does_not_compile_is_told_with_its_place_in_the_file(told: Told) -> None:
    block = POLICY.replace("expression: variables.count <=", "expression: |\n      true &&\n      variables.coun <=")

    assert told(BINDING, block, PARAMS) == [
        "26:16: the expression does not compile: undeclared reference to 'variables.coun' (in container '')"
    ]
