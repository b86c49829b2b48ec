"""The policies that ship: their own examples, and exactly what they tell."""

import pytest

from guidance.documents.patch import apply
from guidance.documents.pointer import find, parse
from guidance.judging.compiled import CompiledPolicy, compile_policies
from guidance.judging.evaluation import evaluate
from guidance.judging.examples import problems
from guidance.policies.load import MAIN_PACK, load_pack
from guidance.policies.policy import Enforcement
from tests.guidance.manifests import WORKLOADS, container, deployment, pod_spec, workload

Pack = tuple[CompiledPolicy, ...]


@pytest.mark.parametrize("policy", compile_policies(load_pack(MAIN_PACK)), ids=lambda policy: policy.name)
def test_the_examples_of_every_policy_are_true(policy: CompiledPolicy) -> None:
    assert problems(policy) == []


@pytest.mark.parametrize("policy", compile_policies(load_pack(MAIN_PACK)), ids=lambda policy: policy.name)
def test_every_policy_compiles_to_one_plain_expression(policy: CompiledPolicy) -> None:
    assert policy.gate is not None


def test_who_owns_what_and_how_strict_it_starts(main: dict[str, CompiledPolicy]) -> None:
    assert {name: (policy.policy.guidance.owner, policy.enforcement.value) for name, policy in main.items()} == {
        "no-host-namespaces": ("security", "hard-mandatory"),
        "no-latest-tag": ("platform-admins", "soft-mandatory"),
        "no-privileged": ("security", "hard-mandatory"),
        "requests-and-limits": ("platform-admins", "soft-mandatory"),
        "required-labels": ("platform-admins", "advisory"),
        "run-as-non-root": ("security", "soft-mandatory"),
    }


def test_a_good_deployment_has_no_findings(main_pack: Pack) -> None:
    evaluation = evaluate(main_pack, deployment())

    assert evaluation.findings == ()
    assert evaluation.mended is None


def test_a_finding_tells_everything_there_is_to_know(main_pack: Pack) -> None:
    (finding,) = evaluate(main_pack, deployment(securityContext={"privileged": True, "runAsNonRoot": True})).findings

    assert finding.as_json() == {
        "policy": "no-privileged",
        "version": "1.0.0",
        "severity": "critical",
        "enforcement": "hard-mandatory",
        "message": "Container web runs privileged, which hands it the whole node. Add the single capability that it needs in its place.",
        "path": "/spec/template/spec/containers/0/securityContext/privileged",
        "container": "web",
        "current": True,
        "expected": False,
        "fix": [{"op": "replace", "path": "/spec/template/spec/containers/0/securityContext/privileged", "value": False}],
    }


def test_an_image_without_a_version_has_no_fix_because_nobody_can_know_it(main_pack: Pack) -> None:
    evaluation = evaluate(main_pack, deployment(image="registry.example:5000/shop/api"))

    (finding,) = evaluation.findings
    assert finding.current == "registry.example:5000/shop/api"
    assert finding.expected == "registry.example:5000/shop/api:<the version that you tested>"
    assert finding.fix is None
    assert evaluation.mended is None


@pytest.mark.parametrize(
    ("image", "passes"),
    [
        ("api:1.4.2", True),
        ("api", False),
        ("api:latest", False),
        ("api:", False),
        ("", False),
        ("registry.example:5000/api", False),
        ("registry.example:5000/api:latest", False),
        ("registry.example:5000/api:1", True),
        ("api@sha256:" + "a" * 64, True),
        ("api:latest@sha256:" + "a" * 64, True),
        ("api:latest-stable", True),
    ],
)
def test_which_images_are_pinned(main: dict[str, CompiledPolicy], image: str, passes: bool) -> None:
    evaluation = evaluate([main["no-latest-tag"]], deployment(image=image))

    assert [finding.policy for finding in evaluation.findings] == ([] if passes else ["no-latest-tag"])


def test_a_memory_limit_is_never_proposed_below_the_request(main_pack: Pack) -> None:
    evaluation = evaluate(main_pack, deployment(resources={"requests": {"cpu": "1", "memory": "2Gi"}}))

    (finding,) = evaluation.findings
    assert finding.expected == "2Gi"
    assert finding.fix == [{"op": "add", "path": "/spec/template/spec/containers/0/resources/limits", "value": {"memory": "2Gi"}}]


def test_ephemeral_containers_cannot_have_resources_so_none_are_asked_for(main_pack: Pack) -> None:
    debugger = {"name": "debug", "image": "debug:1.0.0", "securityContext": {"runAsNonRoot": True}}

    assert evaluate(main_pack, workload("Pod", pod_spec(ephemeralContainers=[debugger]))).findings == ()


@pytest.mark.parametrize("kind", ["Pod", *WORKLOADS])
@pytest.mark.parametrize("where", ["containers", "initContainers", "ephemeralContainers"])
def test_every_kind_of_container_in_every_kind_of_workload_is_judged(main: dict[str, CompiledPolicy], kind: str, where: str) -> None:
    prefix = WORKLOADS[kind][1] if kind in WORKLOADS else ""
    rogue = container(name="rogue", securityContext={"privileged": True})
    manifest = workload(kind, pod_spec(**{where: [container(name="first"), rogue]}))

    evaluation = evaluate([main["no-privileged"]], manifest)

    (finding,) = evaluation.findings
    assert (finding.path, finding.container) == (f"{prefix}/spec/{where}/1/securityContext/privileged", "rogue")
    assert find(apply(manifest, finding.fix or []), parse(finding.path)) is False
    assert evaluation.mended is not None
    assert find(evaluation.mended, parse(finding.path)) is False


def test_label_keys_are_escaped_in_pointers(main_pack: Pack) -> None:
    manifest = deployment() | {"metadata": {"name": "api", "labels": {"app": "shop"}}}

    name, part_of = evaluate(main_pack, manifest).findings

    assert name.path == "/metadata/labels/app.kubernetes.io~1name"
    assert name.expected == "shop"
    assert name.fix == [{"op": "add", "path": "/metadata/labels/app.kubernetes.io~1name", "value": "shop"}]
    assert (part_of.path, part_of.fix) == ("/metadata/labels/app.kubernetes.io~1part-of", None)


def test_a_name_that_is_too_long_for_a_label_is_not_proposed(main_pack: Pack) -> None:
    manifest = deployment() | {"metadata": {"name": "a" * 64, "labels": {"app.kubernetes.io/part-of": "shop"}}}

    (finding,) = evaluate(main_pack, manifest).findings

    assert (finding.policy, finding.fix) == ("required-labels", None)


def test_a_typical_first_manifest_is_refused_with_help(main_pack: Pack) -> None:
    first = workload("Deployment", {"containers": [{"name": "web", "image": "api:1.4.2", "resources": {"limits": {"memory": "256Mi"}}}]})

    evaluation = evaluate(main_pack, first)

    assert [(finding.policy, finding.enforcement.value, finding.fix is not None) for finding in evaluation.findings] == [
        ("requests-and-limits", "soft-mandatory", True),
        ("run-as-non-root", "soft-mandatory", True),
    ]
    assert len(evaluation.refused_by()) == 2
    assert evaluation.mended is not None
    assert evaluate(main_pack, evaluation.mended).findings == ()


def test_levels_in_force_go_before_those_of_the_file(main_pack: Pack) -> None:
    evaluation = evaluate(
        main_pack,
        deployment(image="api", securityContext={"privileged": True}),
        enforcement={"no-latest-tag": Enforcement.HARD_MANDATORY, "no-privileged": Enforcement.ADVISORY},
    )

    assert [(finding.policy, finding.enforcement.value) for finding in evaluation.findings] == [
        ("no-latest-tag", "hard-mandatory"),
        ("no-privileged", "advisory"),
        ("run-as-non-root", "soft-mandatory"),
    ]
    assert [finding.policy for finding in evaluation.refused_by()] == ["no-latest-tag", "run-as-non-root"]
    assert [finding.policy for finding in evaluation.refused_by(Enforcement.HARD_MANDATORY)] == ["no-latest-tag"]
    assert [finding.policy for finding in evaluation.refused_by(overridden={"no-latest-tag", "run-as-non-root"})] == ["no-latest-tag"]
    assert [finding.policy for finding in evaluation.advice] == ["no-privileged"]
