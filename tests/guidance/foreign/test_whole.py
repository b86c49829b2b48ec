"""A policy with its bindings and parameters behind it, as it lies in the database: one text."""

import json
from collections.abc import Callable

import pytest

from guidance.documents.source import PolicyError
from guidance.foreign.files import bundle
from guidance.foreign.whole import whole_policy
from guidance.judging.compiled import compile_policy
from guidance.judging.evaluation import evaluate
from guidance.judging.examples import problems
from tests.guidance.manifests import deployment

POLICY = """\
apiVersion: guidance.autonomy/v1
kind: Policy
metadata: {name: few-replicas}
guidance:
  title: Deployments stay small
  rationale: Nodes are few.
  severity: low
  enforcement: soft-mandatory
  version: 1.0.0
  owner: security
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules:
    - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  validations:
  - expression: object.spec.replicas <= int(params.data.most)
    messageExpression: '"At most " + params.data.most'
    path: /spec/replicas
examples:
  pass:
  - {name: two, manifest: {apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: shop}, spec: {replicas: 2, SPEC}}}
  fail:
  - name: four
    manifest: {apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: shop}, spec: {replicas: 4, SPEC}}
    findings: [{path: /spec/replicas, message: At most 3, fixed: false}]
""".replace("SPEC", "selector: {}, template: {spec: {containers: [{name: web, image: 'api:1'}]}}")
BINDING = """\
---
# Everywhere.
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: few-replicas}
spec:
  policyName: few-replicas
  validationActions: [Deny]
  paramRef: {name: replicas, parameterNotFoundAction: Deny}
"""


def params(most: object = 3, namespace: str = "shop") -> str:
    return f'---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: replicas, namespace: {namespace}}}\ndata: {{most: "{most}"}}\n'


Refused = Callable[[str], list[str]]


@pytest.fixture
def refused() -> Refused:
    def refused(text: str) -> list[str]:
        with pytest.raises(PolicyError) as caught:
            whole_policy(text, "few-replicas.yaml")
        return [str(problem).removeprefix("few-replicas.yaml:") for problem in caught.value.problems]

    return refused


def told(text: str, replicas: int, namespace: str = "shop") -> list[str]:
    policy = compile_policy(whole_policy(text, "few-replicas.yaml"))
    manifest = deployment()
    manifest["spec"]["replicas"] = replicas
    return [finding.message for finding in evaluate([policy], manifest, namespace=namespace).findings]


def test_it_is_judged_with_what_stands_behind_it() -> None:
    text = POLICY + BINDING + params() + params(1, "cart")

    assert [told(text, 3), told(text, 4), told(text, 2, "cart")] == [[], ["At most 3"], ["At most 1"]]
    assert problems(compile_policy(whole_policy(text, "few-replicas.yaml"))) == []


def test_in_a_namespace_without_parameters_it_does_what_its_binding_says() -> None:
    (message,) = told(POLICY + BINDING + params(), 1, "elsewhere")
    assert message.startswith(
        "The policy few-replicas could not judge this manifest: it takes its parameters (params) from a ConfigMap replicas (v1) in the "
        "namespace elsewhere, and there is none. That is a fault of the policy, not of the manifest: tell its owners, the group security;"
    )

    assert told(POLICY + BINDING.replace("Action: Deny", "Action: Allow") + params(), 9, "elsewhere") == []


def test_its_text_is_the_same_again() -> None:
    text = POLICY + BINDING + params() + params(1, "cart")

    assert whole_policy(text, "few-replicas.yaml").text == text


def test_files_of_a_folder_become_one_text() -> None:
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {
        "name": "replicas", "namespace": "shop"}, "data": {"most": "3"}}]})  # fmt: skip

    (policy,) = bundle({"a/params.json": listed, "binding.yaml": BINDING.removeprefix("---\n"), "policy.yaml": POLICY}).policies

    assert policy.text.startswith(POLICY + BINDING + "---\n")
    again = whole_policy(policy.text, "few-replicas.yaml")
    assert (again.text, again.beside.bindings, again.beside.params) == (policy.text, policy.beside.bindings, policy.beside.params)


def test_each_policy_of_a_folder_has_its_own() -> None:
    other = POLICY.replace("few-replicas", "other").replace("  paramKind: {apiVersion: v1, kind: ConfigMap}\n", "").replace(
        "int(params.data.most)", "5").replace("'\"At most \" + params.data.most'", "'\"\"'")  # fmt: skip
    both = POLICY.replace("few-replicas", "both")

    found = {one.name: one for one in bundle({"all.yaml": f"{POLICY}---\n{other}---\n{both}{BINDING}{params()}"}).policies}

    assert [(len(one.beside.bindings), len(one.beside.params)) for one in found.values()] == [(1, 1), (0, 0), (0, 1)]


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        (BINDING.replace("policyName: few-replicas", "policyName: other"),
         "33:15: this binding stands behind few-replicas: it must name it"),
        (params().replace(", namespace: shop", ""), "30:11: a ConfigMap lies in a namespace: say in which one (metadata.namespace)"),
        (BINDING + BINDING, "40:18: there is another ValidatingAdmissionPolicyBinding of this name: remove one"),
        (params() + params(), "35:18: there is another ConfigMap of this name: remove one"),
        ("---\n" + POLICY, "28:1: neither a binding nor a parameter of few-replicas, which come behind it: remove it"),
        ("---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\n",
         "28:1: neither a binding nor a parameter of few-replicas, which come behind it: remove it"),
        ("---\njust text\n", "28:1: not an object of Kubernetes: it should begin with apiVersion and kind"),
        (BINDING.replace("name: replicas, ", ""), "35:13: paramRef: must have exactly one of 'name' and 'selector'"),
        (BINDING.replace("validationActions", "validationAction"),
         "34:3: unknown or unsupported field 'validationAction': remove it or correct its name"),
    ],
)  # fmt: skip
def test_what_does_not_belong_there_is_told_with_its_place(refused: Refused, behind: str, expected: str) -> None:
    assert refused(POLICY + behind) == [expected]


def test_parameters_need_a_kind_of_them(refused: Refused) -> None:
    plain = POLICY.replace("  paramKind: {apiVersion: v1, kind: ConfigMap}\n", "")

    assert [line.partition(": ")[2] for line in refused(plain + BINDING + params())] == [
        "neither a binding nor a parameter of few-replicas, which come behind it: remove it",
        "few-replicas takes no parameters (paramKind): leave paramRef out",
    ]


def test_the_policy_comes_first(refused: Refused) -> None:
    assert any("unknown or unsupported field 'data'" in line for line in refused(params().removeprefix("---\n") + "---\n" + POLICY))


def test_the_namespace_of_an_example_is_said_with_it() -> None:
    text = POLICY.replace("  paramKind: {apiVersion: v1, kind: ConfigMap}\n", "").replace(", namespace: shop", "")
    text = text.replace("<= int(params.data.most)", "<= 3 || namespaceObject.metadata.name != 'shop'").replace("params.data.most'", '"3"\'')
    staged = "namespaceObject: {apiVersion: v1, kind: Namespace, metadata: {name: shop}}"
    known = text.replace("{name: two,", f"{{name: two, {staged},").replace("- name: four\n", f"- name: four\n    {staged}\n")

    without = problems(compile_policy(whole_policy(text, "few-replicas.yaml")))

    assert "it reads namespaceObject, the object of its namespace, which is not known here" in str(without)
    assert problems(compile_policy(whole_policy(known, "few-replicas.yaml"))) == []
