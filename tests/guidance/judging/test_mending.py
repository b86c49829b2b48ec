"""Fixes are offered only when they are proven."""

import copy

from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import evaluate
from guidance.judging.mending import MOST_WORK
from guidance.judging.results import judge
from tests.guidance.conftest import Write
from tests.guidance.manifests import container, deployment, pod_spec, workload


def test_a_fix_that_does_not_help_is_not_offered(write: Write) -> None:
    policy = write("""
        validations:
        - expression: object.spec.?hostNetwork.orValue(false)
          fix: [{set: /spec/hostNetwork, value: false}]
    """)

    evaluation = evaluate([policy], workload("Pod", pod_spec()))

    assert [finding.fix for finding in evaluation.findings] == [None]
    assert evaluation.mended is None


def test_a_fix_that_violates_another_policy_is_not_offered(write: Write) -> None:
    wants = "validations: [{expression: 'object.spec.?hostUsers.orValue(true) == false', fix: [{set: /spec/hostUsers, value: false}]}]"
    forbids = "validations: [{expression: '!has(object.spec.hostUsers)'}]"

    (alone,) = evaluate([write(wants)], workload("Pod", pod_spec())).findings
    (both,) = evaluate([write(wants), write(forbids, name="other")], workload("Pod", pod_spec())).findings

    assert alone.fix == [{"op": "add", "path": "/spec/hostUsers", "value": False}]
    assert both.fix is None


def test_a_fix_that_no_api_server_could_read_is_not_offered(write: Write) -> None:
    policy = write("""
        validations:
        - expression: "false"
          fix: [{set: /spec/hostNetwork, value: a lot}]
    """)

    evaluation = evaluate([policy], workload("Pod", pod_spec()))

    assert [finding.fix for finding in evaluation.findings] == [None]
    assert evaluation.mended is None


def test_a_fix_that_the_manifest_has_no_room_for_is_not_offered(write: Write) -> None:
    policy = write("""
        validations:
        - expression: "false"
          fix: [{set: /metadata/name/x, value: 1}]
    """)

    assert [finding.fix for finding in evaluate([policy], workload("Pod", pod_spec())).findings] == [None]


def test_fixes_that_get_in_each_others_way_are_not_mixed(write: Write) -> None:
    template = 'validations: [{{expression: \'object.spec.?nodeName.orValue("") != "{0}"\', fix: [{{set: /spec/nodeName, value: {1}}}]}}]'
    policies = [write(template.format("start", "b")), write(template.format("start", "c"), name="other")]

    evaluation = evaluate(policies, workload("Pod", pod_spec(nodeName="start")))

    assert evaluation.mended is not None
    assert evaluation.mended["spec"] == pod_spec(nodeName="c")
    assert evaluate(policies, evaluation.mended).findings == ()
    assert judge(policies, workload("Pod", pod_spec(nodeName="start")), singly=False).mended == evaluation.mended


def test_removals_from_one_list_do_not_move_each_other(write: Write) -> None:
    policy = write("""
        validations:
        - each: {as: volume, in: [/spec/volumes]}
          expression: "!has(volume.hostPath)"
          fix: [{remove: /hostPath}]
        - each: {as: volume, in: [/spec/volumes]}
          expression: "!has(volume.nfs)"
          fix: [{remove: /nfs}]
    """)
    volumes = [{"name": "a", "hostPath": {"path": "/"}}, {"name": "b"}, {"name": "c", "hostPath": {"path": "/"}, "nfs": {"server": "x"}}]

    evaluation = evaluate([policy], workload("Pod", pod_spec(volumes=volumes)))

    assert [finding.fix is not None for finding in evaluation.findings] == [True, True, True]
    assert evaluation.mended is not None
    assert evaluation.mended["spec"] == pod_spec(volumes=[{"name": "a"}, {"name": "b"}, {"name": "c"}])


def test_each_fix_alone_makes_the_parents_that_it_needs(main_pack: tuple[CompiledPolicy, ...]) -> None:
    evaluation = evaluate(main_pack, workload("Deployment", {"containers": [{"name": "web", "image": "api:1.4.2", "resources": None}]}))

    at = "/spec/template/spec/containers/0"
    assert [finding.fix for finding in evaluation.findings] == [
        [{"op": "replace", "path": f"{at}/resources", "value": {"requests": {"cpu": "100m"}}}],
        [{"op": "replace", "path": f"{at}/resources", "value": {"requests": {"memory": "128Mi"}}}],
        [{"op": "replace", "path": f"{at}/resources", "value": {"limits": {"memory": "256Mi"}}}],
        [{"op": "add", "path": f"{at}/securityContext", "value": {"runAsNonRoot": True}}],
    ]
    assert evaluation.mended == workload(
        "Deployment",
        {
            "containers": [
                {
                    "name": "web",
                    "image": "api:1.4.2",
                    "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
                    "securityContext": {"runAsNonRoot": True},
                }
            ]
        },
    )


def test_nothing_that_was_sent_is_changed_or_shared(main_pack: tuple[CompiledPolicy, ...]) -> None:
    manifest = deployment(image="api", securityContext={"privileged": True})
    before = copy.deepcopy(manifest)

    evaluation = evaluate(main_pack, manifest)

    assert manifest == before
    assert evaluation.mended is not None
    evaluation.mended["metadata"].clear()  # type: ignore[union-attr]
    assert manifest == before


def test_the_work_for_one_manifest_is_bounded(main_pack: tuple[CompiledPolicy, ...]) -> None:
    many = [{"name": f"c{n}", "image": "api:1.0.0"} for n in range(100)]

    evaluation = evaluate(main_pack, workload("Pod", {"containers": many}))

    assert len(evaluation.findings) == 400
    assert sum(finding.fix is not None for finding in evaluation.findings) == MOST_WORK // 400
    assert evaluation.mended is not None
    assert evaluate(main_pack, evaluation.mended).findings == ()


def test_more_elements_than_can_be_judged_are_refused_at_once(write: Write, main_pack: tuple[CompiledPolicy, ...]) -> None:
    policy = write("validations: [{each: {as: volume, in: [/spec/volumes]}, expression: volume.name != object.metadata.name}]")
    volumes = [{"name": f"v{n}"} for n in range(10_000)]

    (finding,) = evaluate([policy], workload("Pod", pod_spec(volumes=volumes))).findings
    (malformed,) = evaluate(main_pack, workload("Pod", {"containers": [container()] * 201})).findings

    assert "there are 10000 elements, and at most 1000 can be judged" in finding.message
    assert malformed.message == "spec.containers has 201 elements, more than can be judged."
