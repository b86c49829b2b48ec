"""What Kubernetes could not read is told with its place; nothing that is sent makes the evaluator fail."""

import copy
import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidance.judging.compiled import CompiledPolicy, compile_policies
from guidance.judging.evaluation import evaluate
from guidance.policies.load import MAIN_PACK, load_pack
from tests.guidance.manifests import WORKLOADS, Manifest, container, deployment, workload

PACK = compile_policies(load_pack(MAIN_PACK))


@pytest.mark.parametrize(
    ("manifest", "path", "message", "current"),
    [
        ({}, "/apiVersion", "apiVersion is missing.", None),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {}}, "/spec", "spec is missing.", None),
        ({"apiVersion": "v1", "kind": ["Pod"], "metadata": {}}, "/kind", "kind must be text, but it is a list.", ["Pod"]),
        ({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": []}, "/kind",
         "This is a List: send its items one by one, so that each is judged.", "List"),
        (workload("Pod", {"containers": "web"}), "/spec/containers", "spec.containers must be a list, but it is text.", "web"),
        (workload("Pod", {"containers": []}), "/spec/containers", "spec.containers must have at least one element.", []),
        (workload("Pod", {"containers": [None]}), "/spec/containers/0", "spec.containers[0] must be an object, but it is empty.", None),
        (workload("Pod", {"containers": [{"image": "a:1"}]}), "/spec/containers/0/name", "spec.containers[0].name is missing.", None),
        (deployment(image=1.5), "/spec/template/spec/containers/0/image",
         "spec.template.spec.containers[0].image must be text, but it is a number: put it in quotes.", 1.5),
        (deployment(securityContext={"privileged": "true"}), "/spec/template/spec/containers/0/securityContext/privileged",
         "spec.template.spec.containers[0].securityContext.privileged must be true or false, but it is text.", "true"),
        (deployment(env=[{"name": "DEBUG", "value": True}]), "/spec/template/spec/containers/0/env/0/value",
         "spec.template.spec.containers[0].env[0].value must be text, but it is true or false: put it in quotes.", True),
        (deployment() | {"metadata": {"name": "a", "annotations": {"a/b~c": 1}}}, "/metadata/annotations/a~1b~0c",
         "metadata.annotations.a/b~c must be text, but it is a number: put it in quotes.", 1),
        (deployment() | {"metadata": {"name": datetime.date(2026, 1, 1)}}, "/metadata/name",
         "metadata.name is a date, which JSON does not know: put it in quotes to make it text.", None),
    ],
)  # fmt: skip
def test_a_wrong_type_is_one_clear_hard_finding(manifest: Manifest, path: str, message: str, current: object) -> None:
    finding = evaluate(PACK, manifest).findings[0]

    assert (finding.policy, finding.enforcement.value, finding.path, finding.message, finding.current, finding.fix) == (
        "well-formed", "hard-mandatory", path, message, current, None,
    )  # fmt: skip


@pytest.mark.parametrize("kind", WORKLOADS)
def test_a_workload_without_a_pod_template_is_not_let_through(kind: str) -> None:
    manifest = workload(kind, {"containers": [container()]})
    top = WORKLOADS[kind][1].split("/")[1]
    del manifest[top]

    (finding,) = evaluate(PACK, manifest).findings

    assert (finding.message, finding.path) == (f"{top} is missing.", f"/{top}")


def test_nesting_without_end_is_refused() -> None:
    deep: Manifest = {}
    for _ in range(10_000):
        deep = {"a": deep}

    (finding,) = evaluate(PACK, deployment() | {"x": deep}).findings

    assert finding.message.endswith("is nested more than 64 levels deep.")


def test_an_old_object_that_cannot_be_read_is_told_too() -> None:
    (finding,) = evaluate(PACK, deployment(), old={"a": {1}}).findings

    assert (
        finding.message == "the document cannot be compared with the object that it replaces: there, "
        "a is a set, which JSON does not know: put it in quotes to make it text."
    )


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3),
    max_leaves=12,
)
POD_KEYS = st.sampled_from(["containers", "initContainers", "hostNetwork", "securityContext", "ephemeralContainers", "volumes"])


@given(st.dictionaries(st.sampled_from(["apiVersion", "kind", "metadata", "spec", "items"]) | st.text(max_size=4), ANYTHING, max_size=5))
def test_no_manifest_makes_the_evaluator_fail(manifest: Manifest) -> None:
    assert evaluate(PACK, manifest).findings != ()


@given(st.sampled_from(["Pod", *WORKLOADS]), st.dictionaries(POD_KEYS, ANYTHING, max_size=4), ANYTHING)
def test_no_pod_spec_makes_the_evaluator_fail_and_none_is_changed(kind: str, spec: Manifest, context: object) -> None:
    manifest = workload(kind, {"containers": [container(securityContext=context)], **spec})
    before = copy.deepcopy(manifest)

    evaluate(PACK, manifest)

    assert repr(manifest) == repr(before)


QUANTITIES = st.none() | st.dictionaries(st.sampled_from(["cpu", "memory"]), st.sampled_from(["1", "64Mi", 2]) | st.none(), max_size=2)
FLAGS = st.none() | st.booleans()
SECURITY = st.fixed_dictionaries({}, optional={"privileged": FLAGS, "runAsNonRoot": FLAGS, "runAsUser": st.sampled_from([0, 7])})
CONTAINERS = st.fixed_dictionaries(
    {"name": st.sampled_from(["web", "side/car", "a~b"])},
    optional={
        "image": st.none() | st.sampled_from(["api", "api:latest", "api:1.4.2", "host:5000/api", "a@sha256:0"]),
        "resources": st.none() | st.fixed_dictionaries({}, optional={"requests": QUANTITIES, "limits": QUANTITIES}),
        "securityContext": st.none() | SECURITY,
    },
)
POD_SPECS = st.fixed_dictionaries(
    {"containers": st.lists(CONTAINERS, min_size=1, max_size=3)},
    optional={
        "initContainers": st.none() | st.lists(CONTAINERS, max_size=2),
        "ephemeralContainers": st.lists(CONTAINERS, max_size=1),
        "securityContext": st.none() | st.fixed_dictionaries({}, optional={"runAsNonRoot": FLAGS}),
        **dict.fromkeys(("hostNetwork", "hostPID", "hostIPC"), FLAGS),
    },
)
LABEL_KEYS = st.sampled_from(["app", "app.kubernetes.io/name", "app.kubernetes.io/part-of"])
LABELS = st.none() | st.dictionaries(LABEL_KEYS, st.sampled_from(["", "x"]) | st.none())


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["Pod", *WORKLOADS]), POD_SPECS, LABELS)
def test_what_was_mended_needs_no_fix_any_more(kind: str, spec: Manifest, labels: Manifest | None) -> None:
    manifest = workload(kind, spec) | {"metadata": {"name": "api", "labels": labels}}
    before = copy.deepcopy(manifest)

    evaluation = evaluate(PACK, manifest)

    assert manifest == before
    assert (evaluation.mended is not None) is any(finding.fix for finding in evaluation.findings)
    if evaluation.mended is not None:
        again = evaluate(PACK, evaluation.mended)
        assert [finding.as_json() for finding in again.findings if finding.fix] == []
        known = {(finding.policy, finding.path) for finding in evaluation.findings}
        assert {(finding.policy, finding.path) for finding in again.findings} <= known
        assert again.hard == ()


def test_an_object_that_no_policy_is_about_has_no_findings(main_pack: tuple[CompiledPolicy, ...]) -> None:
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "b"}}

    assert evaluate(main_pack, config_map).findings == ()
