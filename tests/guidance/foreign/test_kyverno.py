"""Kyverno's ValidatingPolicy."""

import pytest

from guidance.documents.writing import as_yaml
from guidance.foreign.bundle import Bundle
from guidance.foreign.exporting import objects
from guidance.judging.compiled import compile_policies
from guidance.judging.evaluation import evaluate
from guidance.policies.policy import Enforcement, Severity
from tests.guidance.foreign.conftest import Judge, Read, Told
from tests.guidance.manifests import WORKLOADS, pod_spec, workload

POLICY = """\
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: own-network}
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}
  matchConditions:
  - {name: not-system, expression: "request.namespace != 'kube-system'"}
  variables:
  - {name: host, expression: object.spec.?hostNetwork.orValue(false)}
  validations:
  - expression: "!variables.host"
    message: The pod shares the network of its node.
"""
HOSTED = pod_spec(hostNetwork=True)
ALL = ["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"]


LABELLED = {"metadata": {"name": "api", "labels": {"a": "b"}}}


def judged_kinds(found: Bundle, outcomes: Judge) -> list[str]:
    return sorted(kind for kind in ("Pod", *WORKLOADS) if outcomes(found, workload(kind, HOSTED) | LABELLED))


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha1"])
def test_it_is_judged_as_it_is_written(read: Read, outcomes: Judge, version: str) -> None:
    found = read(POLICY.replace("io/v1", f"io/{version}"))

    assert outcomes(found, workload("Pod", HOSTED)) == {"own-network": "fail"}
    assert outcomes(found, workload("Pod", pod_spec())) == {"own-network": "pass"}
    assert outcomes(found, workload("Pod", HOSTED), namespace="kube-system") == {}


@pytest.mark.parametrize(
    ("autogen", "kinds"),
    [
        ("", [*ALL[:4], "Pod", *ALL[4:]]),
        ("autogen: {}", [*ALL[:4], "Pod", *ALL[4:]]),
        ("autogen: {podControllers: {controllers: [deployments, cronjobs]}}", ["CronJob", "Deployment", "Pod"]),
        ("autogen: {podControllers: {controllers: []}}", ["Pod"]),
        ("autogen: {validatingAdmissionPolicy: {enabled: true}, podControllers: {controllers: [jobs]}}", ["Job", "Pod"]),
    ],
)
def test_autogen_says_which_pod_templates_are_judged_too(read: Read, outcomes: Judge, autogen: str, kinds: list[str]) -> None:
    found = read(POLICY.replace("spec:\n", f"spec:\n  {autogen}\n", 1))
    again = read(as_yaml(objects(found)))

    assert judged_kinds(found, outcomes) == kinds
    assert judged_kinds(again, outcomes) == kinds


def test_pods_of_a_workload_are_called_after_it(read: Read) -> None:
    named = POLICY.replace('"!variables.host"', "object.metadata.name == 'other' && object.metadata.namespace == 'shop'")
    policies = compile_policies(read(named.replace("message: The", "messageExpression: \"'no ' + object.metadata.name\" # The")).policies)

    told = [finding.message for finding in evaluate(policies, workload("Deployment", HOSTED), namespace="shop").findings]

    assert told == ["no api"]
    assert evaluate(policies, workload("Deployment", HOSTED) | {"metadata": {"name": "other"}}, namespace="shop").findings == ()


@pytest.mark.parametrize(
    "constraints",
    [
        "objectSelector: {matchLabels: {a: b}}",
        "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}",
        "excludeResourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [services]}]",
        "resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods, services]}]",
        "resourceRules: [{apiGroups: [''], apiVersions: ['*'], operations: ['*'], resources: [pods]}]",
        "resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods], resourceNames: [api]}]",
    ],
)
def test_nothing_is_generated_where_it_is_about_more_or_less_than_pods(read: Read, outcomes: Judge, constraints: str) -> None:
    rules, _, rest = POLICY.partition("    resourceRules:\n")[2].partition("  matchConditions")
    own = f"    {constraints}\n" + ("" if constraints.startswith("resourceRules") else f"    resourceRules:\n{rules}")
    found = read(POLICY.partition("    resourceRules:\n")[0] + own + "  matchConditions" + rest)

    assert judged_kinds(found, outcomes) == ["Pod"]


@pytest.mark.parametrize(
    ("old", "new", "level"),
    [
        ("[Deny]", "[Deny, Audit]", Enforcement.HARD_MANDATORY),
        ("  validationActions: [Deny]\n", "", Enforcement.HARD_MANDATORY),
        ("[Deny]", "[Audit]", Enforcement.ADVISORY),
        ("[Deny]", "[Warn, Audit]", Enforcement.ADVISORY),
        ("[Deny]", "[Deny]\n  evaluation: {admission: {enabled: false}}", Enforcement.ADVISORY),
        ("[Deny]", "[Deny]\n  evaluation: {mode: Kubernetes, background: {enabled: false}}", Enforcement.HARD_MANDATORY),
    ],
)
def test_its_actions_say_how_strictly_it_is_meant(read: Read, old: str, new: str, level: Enforcement) -> None:
    assert read(POLICY.replace(old, new)).levels == {"own-network": level}


def test_one_of_a_namespace_holds_only_there(read: Read, outcomes: Judge) -> None:
    namespaced = POLICY.replace("kind: Val", "kind: NamespacedVal").replace("{name:", "{namespace: shop, name:", 1)
    found = read(namespaced)

    assert outcomes(found, workload("Deployment", HOSTED), namespace="shop") == {"shop.own-network": "fail"}
    assert outcomes(found, workload("Deployment", HOSTED), namespace="elsewhere") == {}


def test_its_annotations_are_what_people_read(read: Read) -> None:
    notes = "policies.kyverno.io/title: Own network, policies.kyverno.io/description: Nodes are shared., policies.kyverno.io/severity: info"
    (policy,) = read(POLICY.replace("own-network}", f"own-network, annotations: {{{notes}}}}}")).policies

    about = policy.guidance
    assert (about.title, about.rationale, about.severity) == ("Own network", "Nodes are shared.", Severity.LOW)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "[Deny]",
            "[Deny]\n  evaluation: {mode: JSON}",
            "6:22: evaluation.mode JSON is about other things than objects of Kubernetes, which cannot be judged here",
        ),
        (
            "[Deny]",
            "[Deny]\n  autogen: {podControllers: {controllers: [rollouts]}}",
            "6:44: controllers: Input should be 'cronjobs', 'daemonsets', 'deployments', 'jobs', 'replicasets' or 'statefulsets'",
        ),
        ("kind: Val", "kind: NamespacedVal", "3:11: metadata.namespace is missing: a NamespacedValidatingPolicy holds in its namespace"),
        ("[Deny]", "[Refuse]", "5:23: validationActions: Input should be 'Deny', 'Audit' or 'Warn'"),
        ("[Deny]", "[Deny]\n  images: []", "6:3: unknown or unsupported field 'images': remove it or correct its name"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(told: Told, old: str, new: str, problem: str) -> None:
    assert told(POLICY.replace(old, new)) == [problem]


@pytest.mark.parametrize(
    ("expression", "column", "problem"),
    [
        (
            'http.Get("https://x.example").ok',
            1,
            "'http' …: Kyverno asks other servers by http.Get and http.Post, which cannot be done here",
        ),
        ('resource.Get("v1", "x", "y", "z").a', 1, "'resource' …: Kyverno asks the cluster by resource.Get and resource.List, which …"),
        ('globalContext.Get("a", "b").c', 1, "'globalContext' …: Kyverno looks up what it keeps by globalContext.Get, which cannot be …"),
        ('image("a").registry() == "b"', 6, "'image' …: Kyverno reads images and asks their registries by it, which cannot be done here"),
        ("images.containers.size() > 0", 7, "'images.containers' …: Kyverno reads images and asks their registries by it, which …"),
        ("exceptions.allowedImages == []", 11, "'exceptions.allowedImages' …: Kyverno reads the values of its PolicyExceptions by it, …"),
        ('parseServiceAccount("a").Name == ""', 20, "'parseServiceAccount' …: only Kyverno has it"),
    ],
)
def test_what_only_kyverno_can_ask_is_named(told: Told, expression: str, column: int, problem: str) -> None:
    (line,) = told(POLICY.replace('"!variables.host"', f"'{expression}'"))

    start = f"14:{17 + column}: the expression does not compile: undeclared reference to "
    assert line.startswith(start)
    for piece in problem.split("…"):
        assert piece.strip(" :,") in line
