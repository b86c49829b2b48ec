"""A stored policy with bindings, parameters and labels of namespaces says what a real API server says that enforces its export."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from devstack.controlplane.server import ControlPlane
from guidance.foreign.exporting import objects
from guidance.foreign.files import bundle
from guidance.policies.enforcing import Where
from guidance.services import namespaces
from guidance.services.policies import LocalPolicies, PolicySet, compiled_body
from tests.controlplane.polling import until
from tests.guidance.manifests import Manifest, container, pod_spec, workload

ADMISSION = "/apis/admissionregistration.k8s.io/v1"
PATHS = {
    "ValidatingAdmissionPolicy": f"{ADMISSION}/validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": f"{ADMISSION}/validatingadmissionpolicybindings",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
}
NUMBERS = itertools.count(1)
DENIAL = re.compile(r"denied request: (.*)", re.DOTALL)
COULD_NOT_JUDGE = "could not judge"
PLACES = {"dev": "dev", "prod": "prod", "bare": "dev", "other": "test"}
"""Namespaces and their stages; `bare` has no parameters, `other` is selected by no binding."""
TEXT = """\
apiVersion: guidance.autonomy/v1
kind: Policy
metadata: {name: GROUP}
guidance:
  {title: Few, rationale: Nodes are few., severity: low, enforcement: hard-mandatory, version: 1.0.0, owner: security}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}
  validations:
  - expression: namespaceObject.metadata.labels.stage == 'prod' || size(object.spec.containers) <= int(params.data.most)
    messageExpression: '"at most " + params.data.most + " in " + namespaceObject.metadata.name'
examples:
  pass: [{name: x, manifest: {}}]
  fail: [{name: x, manifest: {}, findings: [{path: ""}]}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: GROUP-own}
spec:
  policyName: GROUP
  validationActions: [Deny]
  paramRef: {name: most, parameterNotFoundAction: Deny}
  matchResources:
    namespaceSelector:
      matchLabels: {group: GROUP}
      matchExpressions: [{key: stage, operator: NotIn, values: [test]}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: GROUP-all}
spec:
  policyName: GROUP
  validationActions: [Deny]
  paramRef: {namespace: GROUP-prod, selector: {matchLabels: {for: all}}, parameterNotFoundAction: Allow}
  matchResources:
    namespaceSelector: {matchLabels: {group: GROUP}, matchExpressions: [{key: stage, operator: NotIn, values: [test]}]}
    objectSelector: {matchLabels: {strict: yes}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: most, namespace: GROUP-dev}
data: {most: "2"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: most, namespace: GROUP-prod, labels: {for: all}}
data: {most: "1"}
""".replace("strict: yes", 'strict: "yes"')


@pytest.fixture
def admin(control_plane: ControlPlane, config_maps_are_parameters: None) -> Iterator[httpx.Client]:
    with control_plane.client("admin") as client:
        yield client


@pytest.fixture
def group(admin: httpx.Client, control_plane: ControlPlane, tmp_path: Path, settings: Settings) -> str:
    """The begin of the names of its namespaces, which this process reads with the web's credential."""
    settings.KUBECONFIG_DIR = tmp_path
    control_plane.kubeconfig("web", tmp_path / "real.yaml")
    namespaces.forget()
    group = f"in-force-{next(NUMBERS)}"
    for place, stage in PLACES.items():
        labels = {"group": group, "stage": stage}
        admin.post("/api/v1/namespaces", json={"metadata": {"name": f"{group}-{place}", "labels": labels}}).raise_for_status()
        until(lambda path=f"/api/v1/namespaces/{group}-{place}/serviceaccounts/default": admin.get(path).is_success)
    return group


@pytest.fixture
def enforced(admin: httpx.Client, group: str) -> Iterator[str]:
    """The policy's text; the cluster has what was exported of it."""
    text, made = TEXT.replace("GROUP", group), []
    for one in objects(bundle({"policy.yaml": text})):
        path = PATHS[str(one["kind"])].format(one["metadata"].get("namespace"))  # type: ignore[union-attr]
        answer = admin.post(path, json=one)
        assert answer.is_success, answer.text
        made.append(f"{path}/{answer.json()['metadata']['name']}")
    yield text
    for path in reversed(made):
        admin.delete(path).raise_for_status()


def pods() -> Iterator[Manifest]:
    for count, strict in itertools.product((1, 2, 3), (False, True)):
        containers = [container(name=f"c{number}") for number in range(count)]
        labels = {"strict": "yes"} if strict else {}
        yield workload("Pod", pod_spec(containers=containers)) | {"metadata": {"name": f"pod-{count}-{strict}".lower(), "labels": labels}}


def they_say(admin: httpx.Client, pod: Manifest, namespace: str) -> str | None:
    answer = admin.post(f"/api/v1/namespaces/{namespace}/pods?dryRun=All", json=pod)
    if answer.is_success:
        return None
    denial = DENIAL.search(str(answer.json()["message"]))
    assert denial, answer.text
    return COULD_NOT_JUDGE if "no params found" in denial.group(1) else denial.group(1)


def we_say(text: str, pod: Manifest, namespace: str) -> set[str]:
    policies = PolicySet((compiled_body(text, "policy"),), {})
    messages = [finding.message for finding in LocalPolicies(policies, Where("real", namespace)).judge(pod).findings]
    return {COULD_NOT_JUDGE if COULD_NOT_JUDGE in message else message for message in messages}


def test_both_say_the_same(admin: httpx.Client, group: str, enforced: str) -> None:
    """A cluster tells one of its reasons."""
    every = [(pod, f"{group}-{place}") for pod in pods() for place in PLACES]
    ours = [we_say(enforced, pod, namespace) for pod, namespace in every]
    said = {told.replace(group, "") for some in ours for told in some}
    assert said == {"at most 2 in -dev", "at most 1 in -dev", "at most 1 in -bare", COULD_NOT_JUDGE}
    assert ours.count(set()) > 10

    until(lambda: all((they_say(admin, *one) or None) in (some or {None}) for one, some in zip(every, ours, strict=True)))


def test_a_label_that_changes_changes_both(admin: httpx.Client, group: str, enforced: str) -> None:
    big, dev = list(pods())[-2], f"{group}-dev"
    assert we_say(enforced, big, dev) == {f"at most 2 in {dev}"}
    until(lambda: they_say(admin, big, dev) == f"at most 2 in {dev}")

    headers = {"Content-Type": "application/merge-patch+json"}
    admin.patch(f"/api/v1/namespaces/{dev}", json={"metadata": {"labels": {"stage": "prod"}}}, headers=headers).raise_for_status()
    namespaces.forget()

    assert we_say(enforced, big, dev) == set()
    until(lambda: they_say(admin, big, dev) is None)
