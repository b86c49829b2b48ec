"""A real API server says the same: policies are loaded there as ValidatingAdmissionPolicies, and the same objects sent as dry runs."""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from devstack.controlplane.server import ControlPlane
from guidance.expressions.functions.text import quote
from guidance.judging.compiled import CompiledPolicy, compile_policy
from guidance.judging.evaluation import evaluate
from guidance.policies import vap
from guidance.policies.binding import Beside, Binding, Context
from tests.controlplane.polling import until
from tests.guidance.conftest import Write
from tests.guidance.expressions.functions.table import AREAS, ERROR, POD, REFUSED, cases
from tests.guidance.manifests import Manifest, container, workload

API = "/apis/admissionregistration.k8s.io/v1/"
POLICIES, BINDINGS = API + "validatingadmissionpolicies", API + "validatingadmissionpolicybindings"
NUMBERS = itertools.count(1)
DENIAL = re.compile(r"denied request: (.*)", re.DOTALL)


@pytest.fixture
def admin(control_plane: ControlPlane, config_maps_are_parameters: None) -> Iterator[httpx.Client]:
    with control_plane.client("admin") as client:
        yield client


@pytest.fixture
def namespace(admin: httpx.Client) -> str:
    """A new one, in which pods can be created."""
    name = f"policies-{next(NUMBERS)}"
    answer = admin.post("/api/v1/namespaces", json={"metadata": {"name": name, "labels": {"stage": "dev"}}})
    answer.raise_for_status()
    until(lambda: admin.get(f"/api/v1/namespaces/{name}/serviceaccounts/default").is_success)
    return name


class Cluster:
    """Policies that hold in one namespace of the cluster, until they are removed."""

    def __init__(self, admin: httpx.Client, namespace: str) -> None:
        self.admin = admin
        self.namespace = namespace
        self._made: list[str] = []
        self._sentinel = f"sentinel-{next(NUMBERS)}"

    def install(self, policy: CompiledPolicy, **binding: Any) -> None:
        """Returns once the API server asks the policy."""
        name = f"{self.namespace}-{policy.name}"
        body: Manifest = vap.manifest(policy.policy.spec, name)
        sentinel = {"expression": f"object == null || object.metadata.name != '{self._sentinel}'", "message": self._sentinel}
        body["spec"]["validations"] = [sentinel, *body["spec"]["validations"]]
        here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": self.namespace}}}
        spec = {"policyName": name, "validationActions": ["Deny"], "matchResources": here, **binding}
        self._create(POLICIES, body)
        self._create(BINDINGS, {"metadata": {"name": name}, "spec": spec})
        until(self._is_asked)

    def send(self, pod: Manifest) -> str | None:
        """What the API server refuses the pod with; None where it does not."""
        return self._refusal(self.admin.post(f"/api/v1/namespaces/{self.namespace}/pods?dryRun=All", json=pod))

    def delete(self, pod: Manifest) -> str | None:
        """What the API server refuses the deletion of a pod with that is there."""
        return self._refusal(self.admin.delete(f"/api/v1/namespaces/{self.namespace}/pods/{pod['metadata']['name']}?dryRun=All"))

    def _refusal(self, answer: httpx.Response) -> str | None:
        if answer.is_success:
            return None
        message = str(answer.json()["message"])
        assert "ValidatingAdmissionPolicy" in message, message
        denial = DENIAL.search(message)
        return denial.group(1) if denial else message

    def remove(self) -> None:
        """Returns once the API server asks none of them any more."""
        for path in reversed(self._made):
            self.admin.delete(path).raise_for_status()
        self._made.clear()
        until(lambda: not self._is_asked())

    def _is_asked(self) -> bool:
        """The policy's own first rule refuses a pod of this name, whatever else is in force."""
        pod = workload("Pod", {"containers": [container()]}) | {"metadata": {"name": self._sentinel}}
        return self._sentinel in (self.send(pod) or "")

    def _create(self, path: str, body: Manifest) -> None:
        answer = self.admin.post(path, json=body)
        assert answer.is_success, answer.text
        self._made.append(f"{path}/{body['metadata']['name']}")


@pytest.fixture
def cluster(admin: httpx.Client, namespace: str) -> Iterator[Cluster]:
    cluster = Cluster(admin, namespace)
    yield cluster
    cluster.remove()


def ours(policy: CompiledPolicy, pod: Manifest, cluster: Cluster, **context: Any) -> list[str]:
    namespace_object = cluster.admin.get(f"/api/v1/namespaces/{cluster.namespace}").json()
    known = Context(namespace_object=namespace_object, **context)
    return [finding.message for finding in evaluate([policy], pod, namespace=cluster.namespace, context=known).findings]


def as_pod(manifest: Manifest) -> Manifest | None:
    """The example as a pod that an API server would take; None where it is about something else."""
    return {**manifest, "metadata": {"name": "example"}} if manifest["kind"] == "Pod" else None


def test_the_shipped_policies_refuse_the_same_pods(cluster: Cluster, main_pack: tuple[CompiledPolicy, ...]) -> None:
    about_pods = [policy for policy in main_pack if policy.name != "required-labels"]
    pods = [
        pod
        for policy in about_pods
        for example in (*policy.policy.examples.passing, *policy.policy.examples.failing)
        if (pod := as_pod(example.manifest))
    ]
    assert len(pods) > 8
    for policy in about_pods:
        fresh = Cluster(cluster.admin, cluster.namespace)
        fresh.install(policy)
        verdicts = [(fresh.send(pod) is None, not ours(policy, pod, cluster)) for pod in pods]
        fresh.remove()
        assert [theirs for theirs, _ in verdicts] == [own for _, own in verdicts], policy.name


CASES = [
    ("plain message", "{expression: 'false', message: '  a message '}"),
    ("no message", "{expression: '  object.metadata.name == \"x\" '}"),
    ("message expression", "{expression: 'false', messageExpression: \"'pod ' + object.metadata.name\"}"),
    ("message expression empty", "{expression: 'false', message: plain, messageExpression: \"'  '\"}"),
    ("message expression of two lines", "{expression: 'false', message: plain, messageExpression: \"'a\\\\nb'\"}"),
    ("message expression ends in a line break", "{expression: 'false', message: plain, messageExpression: \"' a\\\\n'\"}"),
    ("message expression fails", "{expression: 'false', message: plain, messageExpression: 'string(object.metadata.labels.missing)'}"),
    ("message expression is too long", "{expression: 'false', message: plain, messageExpression: \"'" + "ü" * 3000 + "'\"}"),
    ("passes", "{expression: \"object.spec.containers.all(c, c.image.contains(':'))\"}"),
    ("or hides an error", "{expression: \"object.metadata.labels.missing == 'a' || true\"}"),
    ("request", "{expression: \"request.kind.kind == 'Pod' && request.resource.resource == 'pods' && request.operation == 'CREATE'\"}"),
    ("request of another name", "{expression: \"request.name == 'other'\", message: other}"),
    ("no sub-resource", "{expression: '!has(request.subResource) && request.requestKind == request.kind'}"),
    ("namespace", "{expression: \"namespaceObject.metadata.labels.stage == 'prod'\", message: not prod}"),
    ("old object", "{expression: 'oldObject == null'}"),
    ("optional", "{expression: \"object.metadata.?labels['a'].orValue('b') == 'b'\"}"),
    ("strings", "{expression: \"'a-b'.split('-').join('+') == 'a+b' && 'AbC'.lowerAscii() == 'abc' && 'abc'.substring(1) == 'bc'\"}"),
    ("regular expression", "{expression: \"object.spec.containers[0].image.matches('^api:[0-9.]+$')\"}"),
]  # fmt: skip


def test_expressions_and_messages_are_judged_alike(cluster: Cluster, write: Write) -> None:
    pod = workload("Pod", {"containers": [container()]})
    policies = {title: write(f"validations: [{text}]", name=f"case-{number}") for number, (title, text) in enumerate(CASES)}

    theirs: dict[str, list[str]] = {}
    for title, policy in policies.items():
        alone = Cluster(cluster.admin, cluster.namespace)
        alone.install(policy)
        refusal = alone.send(pod)
        alone.remove()
        theirs[title] = [] if refusal is None else [refusal]

    assert theirs == {title: ours(policy, pod, cluster) for title, policy in policies.items()}


def test_deletions_are_judged_alike(cluster: Cluster, write: Write) -> None:
    policy = write(
        """
        validations:
        - expression: object != null || oldObject.metadata.?labels[?'keep'].orValue('') != 'true'
          messageExpression: "'keep ' + request.name + ' ' + request.operation + ' ' + request.options.kind"
        """,
        operations="CREATE, DELETE",
    )
    cluster.install(policy)
    pods = [
        workload("Pod", {"containers": [container()]}) | {"metadata": {"name": f"kept-{keep}", "labels": {"keep": keep}}}
        for keep in ("true", "no")
    ]
    for pod in pods:
        cluster.admin.post(f"/api/v1/namespaces/{cluster.namespace}/pods", json=pod).raise_for_status()

    theirs = [[told] if (told := cluster.delete(pod)) else [] for pod in pods]

    assert theirs == [["keep kept-true DELETE DeleteOptions"], []]
    assert theirs == [ours(policy, pod, cluster, request={"operation": "DELETE"}) for pod in pods]


def test_what_fails_to_be_judged_is_refused_by_both(cluster: Cluster, write: Write) -> None:
    pod = workload("Pod", {"containers": [container()]})
    policy = write("""
        variables: [{name: broken, expression: object.metadata.labels.missing}]
        validations: [{expression: variables.broken == 'a'}]
    """)
    cluster.install(policy)

    refusal = cluster.send(pod)

    assert refusal is not None
    assert "no such key" in refusal
    (message,) = ours(policy, pod, cluster)
    assert message.startswith("The policy tested could not judge this manifest: variable broken: Key not found")


def test_parameters_are_found_alike(cluster: Cluster, write: Write) -> None:
    params = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": labels}, "data": {"most": most}}
        for name, labels, most in (("limits", {"kind": "limits"}, "2"), ("wide", {"kind": "limits"}, "9"), ("other", {}, "1"))
    ]
    for param in params:
        cluster.admin.post(f"/api/v1/namespaces/{cluster.namespace}/configmaps", json=param).raise_for_status()
    policy = write("""
        paramKind: {apiVersion: v1, kind: ConfigMap}
        validations:
        - expression: object.spec.containers.all(c, size(c.name) <= int(params.data.most))
          messageExpression: '"at most " + params.data.most'
    """)
    param_ref = {"selector": {"matchLabels": {"kind": "limits"}}, "parameterNotFoundAction": "Deny"}
    cluster.install(policy, paramRef=param_ref)
    bound = Binding.model_validate(
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": "bound"},
            "spec": {"policyName": "tested", "paramRef": param_ref},
        }
    )
    pod = workload("Pod", {"containers": [container()]})
    short = workload("Pod", {"containers": [container(name="ab")]})

    policy = compile_policy(replace(policy.policy, beside=Beside((bound,), tuple(params))))
    assert (cluster.send(pod), ours(policy, pod, cluster)) == ("at most 2", ["at most 2"])
    assert (cluster.send(short), ours(policy, short, cluster)) == (None, [])


FAILED = "error"
"""The plain message, which is told when the expression of the message fails."""
CASE = "case"
"""The annotation that picks one expression."""


def test_every_function_gives_the_same_values(cluster: Cluster, write: Write) -> None:
    """Each expression of the table is the message of a rule that refuses one pod."""
    expected = {expression: value for area in AREAS for expression, value in cases(area).items()}
    rules = [_rule(number, expression) for number, expression in enumerate(expected)]
    cluster.install(write(f"validations: {json.dumps(rules, ensure_ascii=False)}"))
    alone = [write(f"validations: [{json.dumps(rule, ensure_ascii=False)}]") for rule in rules]

    told = {
        expression: (cluster.send(_asking(number)), *ours(policy, _asking(number), cluster))
        for number, (expression, policy) in enumerate(zip(expected, alone, strict=True))
    }

    said = {expression: FAILED if value is ERROR else quote(value) for expression, value in expected.items()}
    assert told == {expression: (message, message) for expression, message in said.items()}


def _rule(number: int, expression: str) -> Manifest:
    return {
        "expression": f"object.metadata.annotations['{CASE}'] != '{number}'",
        "message": FAILED,
        "messageExpression": f"strings.quote('%s'.format([{expression}]))",
    }


def _asking(number: int) -> Manifest:
    metadata = POD["metadata"]
    return {**POD, "metadata": {**metadata, "annotations": {**metadata["annotations"], CASE: str(number)}}}


def test_variables_of_every_type_are_judged_alike(cluster: Cluster, write: Write) -> None:
    policy = write("""
        variables:
        - {name: limit, expression: "quantity(object.metadata.annotations['memory'])"}
        - {name: version, expression: "object.metadata.?labels[?'version']"}
        - {name: grace, expression: "duration(object.metadata.annotations['grace'])"}
        - {name: limits, expression: "object.spec.containers.map(c, quantity(c.resources.limits.memory))"}
        - {name: missing, expression: "quantity(object.metadata.annotations['missing'])"}
        - {name: closed, expression: "false"}
        validations:
        - expression: >-
            variables.limits.all(q, q.compareTo(variables.limit) <= 0) || semver(variables.version.orValue('0.0.0')).major() > 1
            || variables.grace < duration('1m') || false && variables.missing.isInteger()
          messageExpression: >-
            'grace of ' + string(variables.grace) + ', version ' + variables.version.value() + ', '
            + string(variables.limits.filter(q, q.isGreaterThan(variables.limit)).size()) + ' above, ' + string(has(variables.closed))
    """)
    cluster.install(policy)

    assert cluster.send(POD) == "grace of 90s, version 1.4.2, 1 above, true"
    assert ours(policy, POD, cluster) == ["grace of 90s, version 1.4.2, 1 above, true"]


def test_what_does_not_compile_here_does_not_compile_there(admin: httpx.Client) -> None:
    rules = [{"resources": ["pods"], "apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"]}]
    body = {
        "metadata": {"name": "refused"},
        "spec": {"matchConstraints": {"resourceRules": rules}, "validations": [{"expression": expression} for expression in REFUSED]},
    }

    answer = admin.post(f"{POLICIES}?dryRun=All", json=body)

    refused = {cause["field"] for cause in answer.json()["details"]["causes"]}
    assert refused == {f"spec.validations[{number}].expression" for number in range(len(REFUSED))}
