"""Gatekeeper's constraints and the templates that say in CEL what they ask for."""

from typing import Any

import pytest
import yaml

from guidance.judging.compiled import compile_policies
from guidance.judging.evaluation import evaluate
from guidance.policies.binding import Context
from guidance.policies.policy import Enforcement
from tests.guidance.foreign.conftest import Judge, Read, Told
from tests.guidance.manifests import Manifest, pod_spec, workload

TEMPLATE = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: needslabels
  annotations: {description: Labels say whom to call., metadata.gatekeeper.sh/title: Labels, metadata.gatekeeper.sh/version: 1.2.0}
spec:
  crd:
    spec:
      names: {kind: NeedsLabels}
      validation:
        openAPIV3Schema:
          type: object
          properties:
            labels: {type: array, items: {type: object, properties: {key: {type: string}, values: {type: array, default: [x]}}}}
            strict: {type: boolean, default: true}
  targets:
  - target: admission.k8s.gatekeeper.sh
    code:
    - engine: K8sNativeValidation
      source:
        failurePolicy: Fail
        generateVAP: false
        variables:
        - name: missing
          expression: variables.params.labels.map(l, l.key).filter(k, !(k in variables.anyObject.metadata.?labels.orValue({})))
        validations:
        - expression: variables.missing.size() == 0 || !variables.params.strict
          messageExpression: '"missing: " + variables.missing.join(", ")'
"""
REGO = """\
    - engine: Rego
      source: {rego: "package needslabels"}
"""
POLICY = "needslabels.owner"
NAMESPACE: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-public", "labels": {"tier": "x"}}}
ROLE: Manifest = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "reader"}}
POD, DEPLOYMENT = workload("Pod", pod_spec()), workload("Deployment", pod_spec())


def constraint(name: str = "owner", parameters: Any = None, **spec: Any) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "constraints.gatekeeper.sh/v1beta1",
            "kind": "NeedsLabels",
            "metadata": {"name": name},
            "spec": {"parameters": parameters or {"labels": [{"key": "owner"}]}, **spec},
        },
        sort_keys=False,
    )


def test_a_constraint_and_its_template_are_one_policy(read: Read, outcomes: Judge) -> None:
    found = read(constraint(), TEMPLATE)
    metadata = {"name": "api", "labels": {"owner": "alice"}}
    owned = DEPLOYMENT | {"metadata": metadata, "spec": {"template": {"metadata": metadata, "spec": pod_spec()}}}
    owned_without_its_pods = DEPLOYMENT | {"metadata": metadata}

    assert outcomes(found, DEPLOYMENT) == {POLICY: "fail"}
    assert outcomes(found, owned) == {POLICY: "pass"}
    assert outcomes(found, owned_without_its_pods) == {POLICY: "fail"}
    (finding,) = evaluate(compile_policies(found.policies), DEPLOYMENT).findings
    assert finding.message == "missing: owner"


def test_each_constraint_is_a_policy_of_its_own(read: Read, outcomes: Judge) -> None:
    found = read(TEMPLATE, constraint(), constraint("cost", {"labels": [{"key": "app.kubernetes.io/name"}]}))
    service = {"apiVersion": "v1", "kind": "Service", "metadata": DEPLOYMENT["metadata"], "spec": {}}

    assert outcomes(found, service) == {POLICY: "fail", "needslabels.cost": "pass"}


def test_what_people_wrote_about_the_template_is_kept(read: Read) -> None:
    about = read(TEMPLATE, constraint()).policies[0].guidance

    assert (about.title, about.rationale, about.version) == ("Labels", "Labels say whom to call.", "1.2.0")


@pytest.mark.parametrize(
    ("parameters", "value"),
    [
        ({"labels": []}, {"labels": [], "strict": True}),
        ({"labels": [{"key": "a"}], "strict": False}, {"labels": [{"key": "a", "values": ["x"]}], "strict": False}),
        (
            {"labels": [{"key": 'ü"\\\n'}], "more": [1, "a", None, 1.5, {}]},
            {"labels": [{"key": 'ü"\\\n', "values": ["x"]}], "more": [1, "a", None, 1.5, {}], "strict": True},
        ),
    ],
)
def test_parameters_are_those_of_the_constraint_with_the_defaults_of_the_schema(read: Read, parameters: Any, value: Any) -> None:
    (policy,) = compile_policies(read(TEMPLATE, constraint(parameters=parameters)).policies)

    assert policy.variables["params"].evaluate({}) == value


def test_a_constraint_without_parameters_has_none(read: Read) -> None:
    bare = constraint().partition("spec:")[0]
    (policy,) = compile_policies(read(TEMPLATE, bare).policies)

    assert policy.variables["params"].evaluate({}) is None


@pytest.mark.parametrize(
    ("match", "kinds"),
    [
        ({}, {"Pod", "Deployment", "Namespace", "ClusterRole"}),
        ({"kinds": [{"apiGroups": ["apps"], "kinds": ["Deployment"]}]}, {"Deployment"}),
        ({"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}]}, {"Pod", "Deployment", "Namespace", "ClusterRole"}),
        ({"kinds": [{"apiGroups": ["rbac.authorization.k8s.io"]}, {"kinds": ["Namespace"]}]}, {"Namespace", "ClusterRole"}),
        ({"kinds": [{"kinds": ["Deployment"], "apiVersions": ["v2"]}]}, set()),
        ({"kinds": [{"apiGroups": [""], "kinds": ["Deployment"]}]}, set()),
        ({"scope": "Cluster"}, {"Namespace", "ClusterRole"}),
        ({"scope": "Namespaced"}, {"Pod", "Deployment"}),
        ({"scope": "*"}, {"Pod", "Deployment", "Namespace", "ClusterRole"}),
        ({"namespaces": ["shop"]}, {"Pod", "Deployment", "ClusterRole"}),
        ({"namespaces": ["sh*", "kube-*"]}, {"Pod", "Deployment", "Namespace", "ClusterRole"}),
        ({"namespaces": ["*-public"]}, {"Namespace", "ClusterRole"}),
        ({"namespaces": ["*ho*"]}, {"Pod", "Deployment", "ClusterRole"}),
        ({"namespaces": ["kube"]}, {"ClusterRole"}),
        ({"excludedNamespaces": ["kube-*"]}, {"Pod", "Deployment", "ClusterRole"}),
        ({"excludedNamespaces": ["shop", "*-public"]}, {"ClusterRole"}),
        ({"labelSelector": {"matchLabels": {"tier": "x"}}}, {"Namespace"}),
        ({"labelSelector": {"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}}, {"Pod", "Deployment", "ClusterRole"}),
        ({"namespaceSelector": {"matchLabels": {"tier": "x"}}}, {"Namespace", "ClusterRole"}),
        ({"namespaceSelector": {"matchLabels": {"stage": "dev"}}}, {"Pod", "Deployment", "ClusterRole"}),
        ({"name": "api"}, {"Pod", "Deployment"}),
        ({"name": "kube-*"}, {"Namespace"}),
        ({"name": "*e*"}, {"Namespace", "ClusterRole"}),
        ({"name": ""}, {"Pod", "Deployment", "Namespace", "ClusterRole"}),
        ({"source": "All", "name": "reader"}, {"ClusterRole"}),
    ],
)
def test_match_says_what_it_is_about(read: Read, outcomes: Judge, match: Any, kinds: set[str]) -> None:
    found = read(TEMPLATE, constraint(match=match))
    shop = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"stage": "dev"}}}
    manifests = [POD, DEPLOYMENT, NAMESPACE, ROLE]

    assert {str(manifest["kind"]) for manifest in manifests if outcomes(found, manifest, namespace_object=shop)} == kinds


def test_a_name_that_is_generated_fits_a_pattern_with_an_open_end(read: Read, outcomes: Judge) -> None:
    generated = POD | {"metadata": {"generateName": "api-"}}

    assert outcomes(read(TEMPLATE, constraint(match={"name": "api*"})), generated) == {POLICY: "fail"}
    assert outcomes(read(TEMPLATE, constraint(match={"name": "*pi-"})), generated) == {}


@pytest.mark.parametrize(
    ("more", "outcome"),
    [({}, {POLICY: "fail"}), ({"source": "All"}, {POLICY: "fail"}), ({"source": "Original"}, {}), ({"name": "api"}, {})],
)
def test_about_pods_it_judges_pod_templates_unless_it_is_about_originals_or_names(
    read: Read, outcomes: Judge, more: Any, outcome: Any
) -> None:
    found = read(TEMPLATE, constraint(match={"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], **more}))

    assert outcomes(found, POD) == {POLICY: "fail"}
    assert outcomes(found, DEPLOYMENT) == outcome


def scoped(*actions: tuple[str, str]) -> Any:
    return {
        "enforcementAction": "scoped",
        "scopedEnforcementActions": [{"action": action, "enforcementPoints": [{"name": point}]} for action, point in actions],
    }


@pytest.mark.parametrize(
    ("spec", "level"),
    [
        ({}, Enforcement.HARD_MANDATORY),
        ({"enforcementAction": "deny"}, Enforcement.HARD_MANDATORY),
        ({"enforcementAction": "warn"}, Enforcement.ADVISORY),
        ({"enforcementAction": "dryrun"}, Enforcement.ADVISORY),
        (scoped(("warn", "validation.gatekeeper.sh"), ("deny", "gator.gatekeeper.sh")), Enforcement.HARD_MANDATORY),
        (scoped(("deny", "vap.k8s.io")), Enforcement.HARD_MANDATORY),
        (scoped(("deny", "*")), Enforcement.HARD_MANDATORY),
        (scoped(("deny", "audit.gatekeeper.sh"), ("warn", "*")), Enforcement.ADVISORY),
        (scoped(("deny", "*")) | {"enforcementAction": "warn"}, Enforcement.ADVISORY),
    ],
)
def test_its_action_says_how_strictly_it_is_meant(read: Read, spec: Any, level: Enforcement) -> None:
    assert read(TEMPLATE, constraint(**spec)).levels == {POLICY: level}


@pytest.mark.parametrize("name", ["matchCondition", "matchConditions"])
def test_conditions_of_the_template_are_kept_by_both_of_their_names(read: Read, outcomes: Judge, name: str) -> None:
    condition = f"        {name}: [{{name: users, expression: \"request.?userInfo.username.orValue('') != 'robot'\"}}]\n"
    found = read(TEMPLATE.replace("        variables:\n", condition + "        variables:\n"), constraint())

    assert outcomes(found, POD) == {POLICY: "error"}, "nobody knows who asks"
    assert outcomes(found, POD, request={"userInfo": {"username": "alice"}}) == {POLICY: "fail"}
    assert outcomes(found, POD, request={"userInfo": {"username": "robot"}}) == {}
    note = "policies.yaml:23:26: Gatekeeper itself heeds these conditions by the name matchCondition alone: rename them"
    assert [str(one) for one in found.notes] == ([note] if name == "matchConditions" else [])


def test_where_there_is_rego_beside_cel_cel_is_read(read: Read, outcomes: Judge) -> None:
    head, code, rest = TEMPLATE.partition("    code:\n")

    assert outcomes(read(head + code + REGO + rest, constraint()), POD) == {POLICY: "fail"}


def test_a_template_that_nothing_asks_for_is_said(read: Read) -> None:
    other = TEMPLATE.replace("NeedsLabels", "Other")

    assert [str(note) for note in read(TEMPLATE, other, constraint()).notes] == [
        "policies.yaml:33:9: there is no constraint Other here, so nobody asks this template"
    ]


REGO_ALONE = "the ConstraintTemplate needslabels is written in Rego, which cannot be judged here: only K8sNativeValidation (CEL) is read"
GIVEN = "cannot be the name of a variable: Gatekeeper gives it"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("engine: K8sNativeValidation", "engine: Rego", f"19:15: {REGO_ALONE}"),
        ("    code:\n", "    rego: package needslabels\n    coding:\n", f"18:11: {REGO_ALONE}"),
        (
            "variables.missing.size()",
            "variables.mising.size()",
            "27:32: the expression does not compile: undeclared reference to 'variables.mising' (in container '')",
        ),
        (
            "in variables.anyObject",
            "in variables.object",
            "25:94: the expression does not compile: undeclared reference to 'variables.object.metadata' (in container '')",
        ),
        ("- name: missing", "- name: params", f"24:17: 'params' {GIVEN}"),
        ("- name: missing", "- name: gatekeeper_internal_x", f"24:17: 'gatekeeper_internal_x' {GIVEN}"),
        ("failurePolicy: Fail", "failurePolicy: Maybe", "21:24: failurePolicy: Input should be 'Fail' or 'Ignore'"),
        ("generateVAP", "makeVAP", "22:9: unknown or unsupported field 'makeVAP': remove it or correct its name"),
        ("target: admission.k8s", "target: other.k8s", "17:13: target: Input should be 'admission.k8s.gatekeeper.sh'"),
    ],
)
def test_what_is_wrong_with_a_template_is_told_with_its_place(told: Told, old: str, new: str, problem: str) -> None:
    assert told(TEMPLATE.replace(old, new, 1), constraint()) == [problem]


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        ({"match": {"namespaces": ["ku*be"]}}, "namespaces: 'ku*be' is no name; the sign * may stand at its begin and at its end"),
        ({"match": {"kind": []}}, "unknown or unsupported field 'kind': remove it or correct its name"),
        ({"enforcementAction": "refuse"}, "enforcementAction: Input should be 'deny', 'warn', 'dryrun' or 'scoped'"),
        (
            {"match": {"source": "Generated"}},
            "match.source Generated is about objects that Gatekeeper expands from others, which cannot be judged here: leave it out",
        ),
    ],
)
def test_what_is_wrong_with_a_constraint_is_told(told: Told, spec: Any, problem: str) -> None:
    (line,) = told(TEMPLATE, constraint(**spec))

    assert line.partition(": ")[2] == problem


def test_a_constraint_without_its_template_cannot_be_judged(told: Told) -> None:
    assert told(constraint()) == ["2:7: there is no ConstraintTemplate for NeedsLabels here: add its file"]


def test_two_constraints_cannot_have_one_name(told: Told) -> None:
    assert told(TEMPLATE, constraint(), constraint()) == ["42:9: there are two constraints needslabels.owner: remove one"]


def test_constraints_may_be_the_parameters_of_a_policy_that_gatekeeper_made(read: Read, outcomes: Judge) -> None:
    made = """\
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: gatekeeper-needslabels}
        spec:
          paramKind: {apiVersion: constraints.gatekeeper.sh/v1beta1, kind: NeedsLabels}
          matchConstraints:
            resourceRules: [{apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE], resources: ["*"]}]
          validations:
          - expression: params.spec.parameters.labels.all(l, l.key in object.metadata.?labels.orValue({}))
    """
    found = read(made, constraint())

    assert outcomes(found, POD) == {"gatekeeper-needslabels": "fail"}
    assert Context(params=found.params).params[0]["kind"] == "NeedsLabels"
