"""A policy that cannot see a change says the same after it."""

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidance.documents.jsonvalue import NotJson
from guidance.judging.compiled import CompiledPolicy, proven_policy
from guidance.judging.reach import Reach, affected, reach
from guidance.judging.subject import Malformed, admit
from guidance.judging.violations import Key, violations
from guidance.manifests.resources import resource
from guidance.policies import packs
from tests.guidance.conftest import Write
from tests.guidance.manifests import WORKLOADS, Manifest, container, workload

EVERY = tuple(proven_policy(policy) for policy in packs.together(packs.pack(name) for name in packs.names())[0])
CHANGES = [None, True, False, 0, 8080, "x", "nginx:latest", "ALL", [], ["ALL"], [{"name": "x"}], {}, {"name": "x"}, {"type": "Unconfined"}]
PROBE = {"httpGet": {"path": "/", "port": 8080, "host": "x"}}
RICH = container(
    ports=[{"containerPort": 80, "hostPort": 80}],
    env=[{"name": "TOKEN", "value": "abc"}, {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
    livenessProbe=PROBE,
    readinessProbe=PROBE,
    volumeMounts=[{"name": "v", "mountPath": "/v"}],
    securityContext={
        "privileged": True,
        "runAsUser": 0,
        "capabilities": {"add": ["SYS_ADMIN"], "drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
        "seLinuxOptions": {"type": "x"},
    },
)
POD_SPEC = {
    "hostNetwork": True,
    "serviceAccountName": "api",
    "automountServiceAccountToken": False,
    "securityContext": {"runAsNonRoot": True, "sysctls": [{"name": "kernel.shm_rmid_forced", "value": "1"}]},
    "volumes": [{"name": "v", "hostPath": {"path": "/"}}, {"name": "w", "emptyDir": {}}],
    "topologySpreadConstraints": [{"topologyKey": "kubernetes.io/hostname"}],
    "containers": [RICH, container()],
    "initContainers": [container(name="init", image="x")],
}


def keys(policy: CompiledPolicy, manifest: Manifest) -> frozenset[Key]:
    return frozenset(violation.key for violation in violations(policy, admit(manifest, namespace="shop")))


def manifest(kind: str) -> Manifest:
    made = workload(kind, copy.deepcopy(POD_SPEC))
    made["metadata"]["annotations"] = {"a": "b"}
    if kind in {"Deployment", "StatefulSet"}:
        made["spec"] |= {"replicas": 2, "selector": {"matchLabels": {"app": "api"}}}
    return made


@st.composite
def changed(draw: st.DrawFn) -> tuple[Manifest, tuple[str, ...], Manifest]:
    """A manifest, a place in it, and the same with another value there (or none)."""
    before = manifest(draw(st.sampled_from(["Pod", *WORKLOADS])))
    after = copy.deepcopy(before)
    here: Any = after
    at: list[str] = []
    while True:
        names = [*here, "hostPID", "labels", "limits"] if isinstance(here, dict) else range(len(here))
        name = draw(st.sampled_from(list(names)))
        at.append(str(name))
        inner = here.get(name) if isinstance(here, dict) else here[name]
        if isinstance(inner, dict | list) and inner and draw(st.integers(0, 5)):
            here = inner
            continue
        value = draw(st.sampled_from(CHANGES))
        if value is None and name in here:
            del here[name]
        elif value is None and isinstance(here, list):
            del here[int(name)]
        else:
            here[name] = copy.deepcopy(value)
        return before, tuple(at), after


@settings(max_examples=400, deadline=None)
@given(changed())
def test_whoever_is_not_affected_says_the_same(change: tuple[Manifest, tuple[str, ...], Manifest]) -> None:
    before, at, after = change
    try:
        subject = admit(after, namespace="shop")
    except (Malformed, NotJson):
        return
    if subject.own.resource != (kind := resource(before["apiVersion"], before["kind"])):
        return

    asked = affected(EVERY, kind, "CREATE", at)

    wrong = [policy.name for policy in EVERY if policy not in asked and keys(policy, before) != keys(policy, after)]
    assert wrong == []


def test_a_change_of_one_field_concerns_few() -> None:
    at = ("spec", "template", "spec", "containers", "0", "securityContext", "readOnlyRootFilesystem")

    asked = affected(EVERY, resource("apps/v1", "Deployment"), "CREATE", at)

    assert "read-only-root-filesystem" in {policy.name for policy in asked}
    assert len(asked) < 8


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            "validations: [{expression: 'object.spec.?hostNetwork.orValue(false)'}]",
            Reach(frozenset({("spec", "hostNetwork")}), frozenset()),
        ),
        ("validations: [{expression: 'object == object'}]", Reach(frozenset({()}), frozenset())),
        ("validations: [{expression: 'object[\"spec\"] != null'}]", Reach(frozenset({()}), frozenset())),
        (
            "validations: [{expression: 'object.spec.volumes.all(v, v.name != \"x\")'}]",
            Reach(frozenset({("spec", "volumes")}), frozenset()),
        ),
        (
            "variables: [{name: pod, expression: object.spec}]\nvalidations: [{expression: variables.pod.hostPID}]",
            Reach(frozenset({("spec",)}), frozenset()),
        ),
        (
            'validations: [{each: {as: c, in: [/spec/containers]}, expression: \'c.?image.orValue("") != ""\'}]',
            Reach(frozenset({("spec", "containers", "*", "image")}), frozenset({("spec", "containers")})),
        ),
    ],
)
def test_what_an_expression_names_it_reads(write: Write, spec: str, expected: Reach) -> None:
    assert reach(write(spec)) == expected


@pytest.mark.parametrize(
    ("at", "touched"),
    [
        (("spec", "containers", "0", "image"), True),
        (("spec", "containers", "0", "name"), False),
        (("spec", "containers", "0"), True),
        (("spec", "containers"), True),
        (("spec",), True),
        (("spec", "volumes"), False),
    ],
)
def test_a_list_is_read_by_its_elements_and_its_length(at: tuple[str, ...], touched: bool) -> None:
    seen = Reach(frozenset({("spec", "containers", "*", "image")}), frozenset({("spec", "containers")}))

    assert seen.touches(at) is touched


def test_selectors_and_names_concern_everybody(write: Write) -> None:
    selecting = write("validations: [{expression: object.spec.hostPID}]", more_constraints="objectSelector: {matchLabels: {app: shop}}")
    plain = write("validations: [{expression: object.spec.hostPID}]", name="plain")
    deployment = resource("apps/v1", "Deployment")
    both = (replace(selecting, as_written=True), replace(plain, as_written=True))

    def names(*at: str) -> list[str]:
        return [policy.name for policy in affected(both, deployment, "CREATE", at)]

    assert names("metadata", "namespace") == ["tested", "plain"]
    assert names("spec", "template", "metadata", "labels", "app") == ["tested"]
    assert names("metadata", "labels", "app") == ["tested"]
    assert names("spec", "template", "spec", "hostPID") == ["tested", "plain"]


def test_a_value_may_be_the_default_of_another_one(write: Write) -> None:
    policy = write("validations: [{each: containers, expression: has(container.resources.requests)}]")
    deployment = resource("apps/v1", "Deployment")
    limits = ("spec", "template", "spec", "containers", "0", "resources", "limits")

    assert affected((policy,), deployment, "CREATE", limits) == (policy,)
    assert affected((policy,), resource("v1", "Service"), "CREATE", limits) == ()


def test_a_list_whose_elements_are_only_counted_is_read_all_the_same() -> None:
    counted = Reach(frozenset(), frozenset({("spec", "containers")}))

    assert [counted.touches(at) for at in [("spec", "containers"), ("spec", "containers", "1"), ("spec", "containers", "1", "image")]] == [
        True,
        True,
        False,
    ]
