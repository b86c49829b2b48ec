"""What a stored policy says of an update is what a real API server says that enforces its export: both look at what is there."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from clusters.objects import RESOURCES, Ref
from devstack.controlplane.server import ControlPlane
from guidance.foreign.exporting import objects
from guidance.foreign.files import bundle
from guidance.policies.enforcing import Where
from guidance.services import former
from guidance.services.objects import Known, told
from guidance.services.policies import LocalPolicies, PolicySet, compiled_body
from tests.controlplane.objects import apply, collection, deployment, network_policy, quota
from tests.controlplane.polling import until

ADMISSION = "/apis/admissionregistration.k8s.io/v1"
PATHS = {
    "ValidatingAdmissionPolicy": f"{ADMISSION}/validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": f"{ADMISSION}/validatingadmissionpolicybindings",
}
NUMBERS = itertools.count(1)
DENIAL = re.compile(r"denied request: (.*)", re.DOTALL)
CLUSTER = "real"
TEXT = """\
apiVersion: guidance.autonomy/v1
kind: Policy
metadata: {{name: {name}}}
guidance:
  {{title: Stays, rationale: It is known by it., severity: low, enforcement: hard-mandatory, version: 1.0.0, owner: security}}
spec:
  matchConstraints:
    objectSelector: {selector}
    resourceRules:
    - {{apiGroups: [apps], apiVersions: [v1], operations: {operations}, resources: [deployments]}}
  validations:
  - {{expression: "{expression}", messageExpression: "'{said} on ' + request.operation"}}
examples:
  pass: [{{name: x, manifest: {{}}}}]
  fail: [{{name: x, manifest: {{}}, findings: [{{path: ""}}]}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: {name}}}
spec:
  policyName: {name}
  validationActions: [Deny]
  matchResources: {{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}}}
"""
BOTH = "[CREATE, UPDATE]"
PROD = "{matchLabels: {env: prod}}"
HAS_TIER = "has(object.metadata.labels) && 'tier' in object.metadata.labels"
SAME_TIER = "oldObject == null || object.metadata.?labels[?'tier'] == oldObject.metadata.?labels[?'tier']"
RULES = {
    "immutable": (BOTH, SAME_TIER, "{}"),
    "on-updates": ("[UPDATE]", HAS_TIER, "{}"),
    "on-creations": ("[CREATE]", HAS_TIER, "{}"),
    "by-its-words": (BOTH, f"request.operation == 'CREATE' || {HAS_TIER}", "{}"),
    "selected": (BOTH, HAS_TIER, PROD),
}


@pytest.fixture
def admin(control_plane: ControlPlane) -> Iterator[httpx.Client]:
    with control_plane.client("admin") as client:
        yield client


@pytest.fixture
def namespace(admin: httpx.Client, control_plane: ControlPlane, tmp_path: Path, settings: Settings) -> str:
    """A new one, in which a Deployment `there` is; this process reads the cluster with the web's credential."""
    settings.KUBECONFIG_DIR = tmp_path
    control_plane.kubeconfig("web", tmp_path / f"{CLUSTER}.yaml")
    name = f"updates-{next(NUMBERS)}"
    admin.post("/api/v1/namespaces", json={"metadata": {"name": name}}).raise_for_status()
    apply(admin, name, labelled("there", tier="one", env="prod")).raise_for_status()
    return name


def labelled(name: str, **labels: str) -> dict[str, Any]:
    return deployment(name) | {"metadata": {"name": name, "labels": labels}}


def sent() -> Iterator[dict[str, Any]]:
    for name in ("there", "newcomer"):
        for labels in ({}, {"tier": "one"}, {"tier": "two"}, {"env": "prod"}, {"tier": "one", "env": "prod"}):
            yield labelled(name, **labels)


@pytest.fixture
def enforced(admin: httpx.Client, namespace: str) -> Iterator[dict[str, str]]:
    """The policies' texts; the cluster has what was exported of them."""
    texts, made = {}, []
    for rule, (operations, expression, selector) in RULES.items():
        name = f"{namespace}-{rule}"
        known = {"operations": operations, "expression": expression, "selector": selector}
        texts[name] = TEXT.format(name=name, namespace=namespace, said=rule, **known)
        for one in objects(bundle({"policy.yaml": texts[name]})):
            path = PATHS[str(one["kind"])]
            answer = admin.post(path, json=one)
            assert answer.is_success, answer.text
            made.append(f"{path}/{answer.json()['metadata']['name']}")
    yield texts
    for path in reversed(made):
        admin.delete(path).raise_for_status()


def they_say(admin: httpx.Client, manifest: dict[str, Any], namespace: str) -> str | None:
    answer = apply(admin, namespace, manifest, dryRun="All")
    if answer.is_success:
        return None
    denial = DENIAL.search(str(answer.json()["message"]))
    assert denial, answer.text
    return denial.group(1)


def we_say(texts: dict[str, str], manifest: dict[str, Any], namespace: str) -> set[str]:
    policies = PolicySet(tuple(compiled_body(text, name) for name, text in texts.items()), {})
    found = LocalPolicies(policies, Where(CLUSTER, namespace), former=told).judge(manifest)
    assert found.of_the_moment
    return {finding.message for finding in found.findings}


def test_both_say_the_same(admin: httpx.Client, namespace: str, enforced: dict[str, str]) -> None:
    """A cluster tells one of its reasons."""
    every = list(sent())
    ours = [we_say(enforced, manifest, namespace) for manifest in every]
    assert set().union(*ours) == {
        "immutable on UPDATE", "on-updates on UPDATE", "by-its-words on UPDATE", "selected on UPDATE", "selected on CREATE",
        "on-creations on CREATE",
    }  # fmt: skip
    assert ours.count(set()) == 5

    until(lambda: all(they_say(admin, one, namespace) in (some or {None}) for one, some in zip(every, ours, strict=True)))


def test_the_web_reads_all_kinds_that_are_looked_at(admin: httpx.Client, namespace: str) -> None:
    """`deploy/rbac/web.yaml` allows it."""
    for manifest in (network_policy("default"), quota("compute", pods="5")):
        apply(admin, namespace, manifest).raise_for_status()
        ref = former.ref_of(manifest, namespace)
        assert ref is not None
        assert told(CLUSTER, ref).found is not None

    for kind in former.KINDS:
        missing = Ref.to(kind, "missing", namespace if RESOURCES[kind].namespaced else None)
        assert told(CLUSTER, missing) == Known()
    assert "cannot get resource" in told(CLUSTER, Ref.to("ConfigMap", "missing", namespace)).why


def test_what_it_reads_is_the_object_as_it_is(admin: httpx.Client, namespace: str) -> None:
    ref = former.ref_of(deployment("there"), namespace)
    assert ref is not None
    found = told(CLUSTER, ref).found

    live = admin.get(f"{collection(namespace, 'Deployment')}/there").json()
    assert found is not None
    assert found["spec"] == live["spec"]
    assert (found["metadata"]["uid"], "managedFields" in found["metadata"]) == (live["metadata"]["uid"], False)
