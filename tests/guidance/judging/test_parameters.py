"""Parameters, bindings, namespaces and requests: what a manifest comes with."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from guidance.documents.source import PolicyError
from guidance.judging.compiled import CompiledPolicy, compile_policy
from guidance.judging.evaluation import evaluate
from guidance.policies.binding import NOTHING_MORE, Beside, Binding, Context
from tests.guidance.conftest import Write
from tests.guidance.manifests import Manifest, container, deployment, pod_spec, workload

LIMIT = """
paramKind: {apiVersion: v1, kind: ConfigMap}
validations:
- each: containers
  expression: size(container.name) <= int(params.data.most)
  messageExpression: '"At most " + params.data.most'
"""


def config_map(name: str, most: str, **metadata: Any) -> Manifest:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": {"most": most}}


def binding(**spec: Any) -> Binding:
    return Binding.model_validate(
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": "bound", "labels": {"a": "b"}},
            "spec": {"policyName": "tested", "validationActions": ["Deny"], **spec},
        }
    )


def by_name(name: str, action: str = "Deny", **more: Any) -> dict[str, Any]:
    return {"paramRef": {"name": name, "parameterNotFoundAction": action, **more}}


def bound(policy: CompiledPolicy, *bindings: Binding, params: Sequence[Manifest] = ()) -> CompiledPolicy:
    return compile_policy(replace(policy.policy, beside=Beside(bindings, tuple(params))))


def told(policy: CompiledPolicy, context: Context, manifest: Manifest | None = None, namespace: str = "payments-dev") -> list[str]:
    return [finding.message for finding in evaluate([policy], manifest or deployment(), namespace=namespace, context=context).findings]


PARAMS = (config_map("small", "2", labels={"tier": "web"}), config_map("large", "9", namespace="payments-dev"))


@pytest.mark.parametrize(
    ("bindings", "expected"),
    [
        ([], ["At most 2"]),
        ([binding(**by_name("small"))], ["At most 2"]),
        ([binding(**by_name("large"))], []),
        ([binding(**by_name("missing", "Allow"))], []),
        ([binding(**by_name("large", "Allow", namespace="elsewhere"))], []),
        ([binding(paramRef={"selector": {"matchLabels": {"tier": "web"}}, "parameterNotFoundAction": "Deny"})], ["At most 2"]),
        ([binding(paramRef={"selector": {}, "parameterNotFoundAction": "Deny"}), binding(**by_name("small"))], ["At most 2", "At most 2"]),
        ([binding(**by_name("small"), matchResources={"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "x"}}})], []),
        ([binding(**by_name("small"), matchResources={"objectSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}})], []),
    ],
)
def test_a_policy_is_asked_with_each_of_its_parameters(write: Write, bindings: list[Binding], expected: list[str]) -> None:
    assert told(bound(write(LIMIT), *bindings), Context(params=PARAMS)) == expected


@pytest.mark.parametrize(
    ("bindings", "what"),
    [([], "a ConfigMap (v1)"), ([binding(**by_name("limits"))], "a ConfigMap limits (v1) in the namespace payments-dev")],
)
def test_without_its_parameters_a_policy_cannot_judge(write: Write, bindings: list[Binding], what: str) -> None:
    (message,) = told(bound(write(LIMIT), *bindings), NOTHING_MORE)

    assert message.startswith(
        f"The policy tested could not judge this manifest: it takes its parameters (params) from {what}, and there is none (autonomy"
    )


def test_a_binding_that_only_warns_refuses_nothing(write: Write) -> None:
    policy = bound(write(LIMIT), binding(**by_name("small"), validationActions=["Warn"]), params=PARAMS)

    (finding,) = evaluate([policy], deployment()).findings

    assert finding.enforcement.value == "advisory"


@pytest.mark.parametrize(("failure_policy", "levels"), [("Fail", ["hard-mandatory"] * 2), ("Ignore", ["advisory", "hard-mandatory"])])
def test_a_binding_without_its_parameters_takes_nothing_from_the_others(write: Write, failure_policy: str, levels: list[str]) -> None:
    """And whether it only warns does not count then."""
    lost, small = binding(**by_name("lost"), validationActions=["Warn"]), binding(**by_name("small"))
    policy = bound(write(LIMIT, failure_policy=failure_policy), lost, small, params=PARAMS)

    findings = evaluate([policy], deployment(), namespace="payments-dev").findings

    assert [finding.enforcement.value for finding in findings] == levels
    assert [finding.fault is None for finding in findings] == [False, True]


def test_what_lies_in_no_namespace_has_no_parameters_there(write: Write) -> None:
    """As in Kubernetes that is no parameter that was not found: nothing is let pass for it."""
    limit = LIMIT.replace("each: containers", "path: /metadata").replace("container.name", "object.metadata.name")
    policy = write(limit, resources="clusterroles", group="rbac.authorization.k8s.io")
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "reader"}, "rules": []}

    (message,) = told(bound(policy, binding(**by_name("large", "Allow")), params=PARAMS), NOTHING_MORE, role)

    assert "its binding looks for a ConfigMap in the namespace of the object, which lies in none" in message
    assert told(bound(policy, binding(**by_name("large", namespace="payments-dev")), params=PARAMS), NOTHING_MORE, role) == []


def test_parameters_that_lie_in_no_namespace_are_not_looked_for_in_one(write: Write) -> None:
    """A cluster cannot use such a binding either."""
    policy = write("paramKind: {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole}\nvalidations: [{expression: 'true'}]")
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "reader"}}

    assert told(bound(policy, binding(**by_name("reader")), params=[role]), NOTHING_MORE) == []
    (message,) = told(bound(policy, binding(**by_name("reader", "Allow", namespace="platform"))), Context(params=[role]))
    assert "its binding looks for a ClusterRole in the namespace platform, and such objects lie in none. That is a fault" in message


def test_params_exist_only_with_a_kind_of_them(write: Write) -> None:
    with pytest.raises(PolicyError, match=r"undeclared reference to 'params\.x'"):
        write("validations: [{expression: params.x == 1}]")


@pytest.mark.parametrize("reference", [{}, {"name": "a", "selector": {}}])
def test_a_reference_is_by_name_or_by_labels(reference: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="exactly one of 'name' and 'selector'"):
        binding(paramRef={"parameterNotFoundAction": "Deny", **reference})


NAMESPACE: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "payments-dev", "labels": {"stage": "dev"}}}


def test_the_object_of_the_namespace_is_seen(write: Write) -> None:
    policy = write("validations: [{expression: namespaceObject.metadata.labels.stage == 'prod', message: not prod}]")

    assert told(policy, Context(namespace_object=NAMESPACE)) == ["not prod"]
    (unknown,) = told(policy, Context())
    assert "it reads namespaceObject, the object of the namespace payments-dev, which is not known here" in unknown
    assert "--namespace-object" in unknown
    assert "fault" not in unknown


def test_what_lies_in_no_namespace_has_none(write: Write) -> None:
    policy = write("validations: [{expression: namespaceObject != null, message: none}]", resources="namespaces")

    assert told(policy, Context(namespace_object=NAMESPACE), NAMESPACE) == ["none"]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [("{matchLabels: {stage: dev}}", ["asked"]), ("{matchLabels: {stage: prod}}", []), ("{}", ["asked"]),
     ("{matchLabels: {kubernetes.io/metadata.name: payments-dev}}", ["asked"])],
)  # fmt: skip
def test_namespaces_are_selected_by_their_labels(write: Write, selector: str, expected: list[str]) -> None:
    policy = write("validations: [{expression: 'false', message: asked}]", more_constraints=f"namespaceSelector: {selector}")

    assert told(policy, Context(namespace_object=NAMESPACE)) == expected


def test_labels_of_a_namespace_that_is_not_known_are_not_guessed(write: Write) -> None:
    text = "validations: [{expression: 'false', message: asked}]"
    by_label = write(text, more_constraints="namespaceSelector: {matchLabels: {stage: dev}}")
    by_own_name = write(text, more_constraints="namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: payments-dev}}")

    (message,) = told(by_label, Context())
    assert "its namespaceSelector reads the labels of the namespace 'payments-dev', which are not known here" in message
    assert told(by_own_name, Context()) == ["asked"]
    assert told(by_own_name, Context(), namespace="elsewhere") == []


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("Namespaced", {"Pod"}), ("Cluster", {"Namespace", "ClusterRole"}), ("'*'", {"Pod", "Namespace", "ClusterRole"})],
)
def test_a_rule_may_be_about_one_scope_only(write: Write, scope: str, expected: set[str]) -> None:
    constraints = f"- {{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'], scope: {scope}}}"
    policy = write("validations: [{expression: 'false', message: asked}]", resources="nothing", more_constraints=constraints)
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "reader"}, "rules": []}
    manifests = [workload("Pod", pod_spec()), NAMESPACE, role]

    assert {str(manifest["kind"]) for manifest in manifests if told(policy, Context(), manifest)} == expected


def test_more_of_the_request_can_be_told(write: Write) -> None:
    policy = write("validations: [{expression: request.userInfo.username == 'alice' && !has(request.subResource), message: not alice}]")

    assert told(policy, Context(request={"userInfo": {"username": "alice"}})) == []
    assert told(policy, Context(request={"userInfo": {"username": "bob"}})) == ["not alice"]
    assert told(policy, Context()) == [
        "The policy tested could not judge this manifest: it reads request.userInfo, who sends the object, which is not known here "
        "(an AdmissionReview tells it). Nobody is to blame for that; it counts as violated as long as nobody says it (failurePolicy: Fail)."
    ]


ALICE = "request.?userInfo.?username.orValue('alice') == 'alice'"


@pytest.mark.parametrize(
    "spec",
    [
        f'validations: [{{expression: "{ALICE}"}}]',
        "validations: [{expression: '!has(request.userInfo)'}]",
        "validations: [{expression: \"request[?'userInfo'].orValue({}).size() == 0\"}]",
        f'variables: [{{name: own, expression: "{ALICE}"}}]\nvalidations: [{{expression: variables.own}}]',
        f"matchConditions: [{{name: others, expression: \"!({ALICE})\"}}]\nvalidations: [{{expression: 'false', message: asked}}]",
    ],
)
def test_who_asks_whether_the_user_is_known_cannot_judge_without(write: Write, spec: str) -> None:
    """A cluster knows it always, so that what is said for want of it would be wrong."""
    policy = write(spec)

    (message,) = told(policy, Context())

    assert "could not judge this manifest: it reads request.userInfo, who sends the object, which is not known here" in message
    assert told(policy, Context(request={"userInfo": {"username": "bob"}})) != [message]


def test_who_is_not_about_an_object_needs_no_user(write: Write) -> None:
    policy = write(f"matchConditions: [{{name: none, expression: 'false'}}]\nvalidations: [{{expression: \"{ALICE}\"}}]")

    assert told(policy, Context()) == []


def test_notes_for_the_audit_log(write: Write) -> None:
    policy = write("""
        variables: [{name: names, expression: "object.spec.containers.map(c, c.name)"}]
        auditAnnotations:
        - {key: names, valueExpression: "variables.names.join(', ')"}
        - {key: nothing, valueExpression: "object.spec.containers.size() > 5 ? dyn('many') : null"}
    """)
    manifest = workload("Pod", {"containers": [container(), container(name="side")]})

    evaluation = evaluate([policy], manifest)

    assert (evaluation.findings, evaluation.annotations) == ((), {"tested/names": "web, side"})


def test_a_note_that_fails_breaks_the_policy(write: Write) -> None:
    policy = write("auditAnnotations: [{key: broken, valueExpression: string(object.nothing)}]")

    (finding,) = evaluate([policy], workload("Pod", pod_spec())).findings

    assert 'audit annotation broken: Key not found in map : "nothing"' in finding.message


def test_a_policy_says_something(write: Write) -> None:
    with pytest.raises(PolicyError, match="must have 'validations' or 'auditAnnotations'"):
        write("variables: []")
