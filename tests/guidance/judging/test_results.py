"""Every policy that matched a manifest has one result, in PolicyReport's words."""

import pytest

from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import evaluate
from guidance.judging.results import Outcome, Results, judge
from guidance.judging.together import WORTH_IT
from guidance.policies.policy import Enforcement
from tests.guidance.conftest import Write
from tests.guidance.manifests import container, deployment, pod_spec, workload

Pack = tuple[CompiledPolicy, ...]
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "b"}}
REFUSES = "validations: [{expression: 'false', message: No.}]"


def said(results: Results) -> dict[str, str]:
    return {result.policy: result.outcome.value for result in results.results}


def test_a_good_deployment_passes_every_policy_that_is_about_it(main_pack: Pack) -> None:
    for _ in range(WORTH_IT + 1):  # alone at first, then by the combined expression
        results = judge(main_pack, deployment())

        assert said(results) == dict.fromkeys([policy.name for policy in main_pack], "pass")
        assert (results.mended, results.annotations) == (None, {})


def test_no_policy_matches_an_object_that_none_is_about(main_pack: Pack) -> None:
    assert judge(main_pack, CONFIG_MAP).results == ()


def test_violations_fail_or_warn_by_the_level_in_force(main_pack: Pack) -> None:
    manifest = deployment(image="api:latest") | {"metadata": {"name": "api"}}

    assert said(judge(main_pack, manifest)) == {
        "no-host-namespaces": "pass",
        "no-latest-tag": "fail",
        "no-privileged": "pass",
        "requests-and-limits": "pass",
        "required-labels": "warn",
        "run-as-non-root": "pass",
    }
    levels = {"no-latest-tag": Enforcement.ADVISORY, "required-labels": Enforcement.HARD_MANDATORY}
    changed = judge(main_pack, manifest, enforcement=levels)
    assert (said(changed)["no-latest-tag"], said(changed)["required-labels"]) == ("warn", "fail")


def test_a_result_tells_its_policy_and_all_of_its_findings(main: dict[str, CompiledPolicy]) -> None:
    manifest = deployment(image="api")

    (result,) = judge([main["no-latest-tag"]], manifest).results

    assert result.as_json() == {
        "policy": "no-latest-tag",
        "version": "1.0.0",
        "severity": "medium",
        "enforcement": "soft-mandatory",
        "result": "fail",
        "findings": [finding.as_json() for finding in evaluate([main["no-latest-tag"]], manifest).findings],
    }
    assert [finding.path for finding in result.findings] == ["/spec/template/spec/containers/0/image"]


def test_findings_and_mended_manifest_are_those_of_the_evaluation(main_pack: Pack) -> None:
    rogue = container(name="rogue", image="api", securityContext={"privileged": True})
    manifest = workload("Deployment", pod_spec(containers=[rogue], hostNetwork=True))

    results, evaluation = judge(main_pack, manifest), evaluate(main_pack, manifest)

    assert [finding for result in results.results for finding in result.findings] == list(evaluation.findings)
    assert results.mended == evaluation.mended


def test_what_is_exempted_is_judged_and_skipped_with_its_reason_and_stays_as_it_is(main_pack: Pack) -> None:
    manifest = workload("Deployment", pod_spec(containers=[container(securityContext={"privileged": True})], hostPID=True))

    results = judge(main_pack, manifest, exempted={"no-privileged": "It formats disks.", "required-labels": "Not needed."})

    (skipped,) = results.with_outcome(Outcome.SKIP)
    assert (skipped.policy, skipped.because) == ("no-privileged", "It formats disks.")
    assert skipped.as_json()["because"] == "It formats disks."
    assert [finding.fix is not None for finding in skipped.findings] == [True]
    assert results.mended is not None
    left = judge(main_pack, results.mended)
    assert {policy: outcome for policy, outcome in said(left).items() if outcome != "pass"} == {"no-privileged": "fail"}


def test_an_exemption_from_what_is_not_violated_changes_nothing(main_pack: Pack) -> None:
    exempted = judge(main_pack, deployment(), exempted={"no-privileged": "Just in case."})

    assert exempted == judge(main_pack, deployment())


@pytest.mark.parametrize(("failure_policy", "level"), [("Fail", "hard-mandatory"), ("Ignore", "advisory")])
def test_a_policy_that_could_not_judge_is_an_error_that_points_into_its_file(write: Write, failure_policy: str, level: str) -> None:
    broken = write("validations: [{expression: object.nothing == 1}]", failure_policy=failure_policy)

    (result,) = judge([broken], workload("Pod", pod_spec())).results

    assert (result.outcome, result.enforcement.value) == (Outcome.ERROR, level)
    assert [str(finding.fault) for finding in result.findings] == ['tested.yaml:19:30: Key not found in map : "nothing"']
    assert "fault" not in result.findings[0].as_json()


def test_a_violation_weighs_more_than_a_validation_that_could_not_judge(write: Write) -> None:
    policy = write("validations: [{expression: object.nothing == 1}, {expression: 'false', message: No.}]")

    (result,) = judge([policy], workload("Pod", pod_spec())).results

    assert (result.outcome, len(result.findings)) == (Outcome.FAIL, 2)


def test_a_manifest_that_cannot_be_read_has_one_result_that_nothing_exempts_from(main_pack: Pack) -> None:
    results = judge(main_pack, deployment(image=1, command="sh"), exempted={"well-formed": "I know."})

    assert said(results) == {"well-formed": "error"}
    assert len(results.results[0].findings) == 2


@pytest.mark.parametrize("condition", ["object.kind == 'Service'", "object.kind == 'Service' && object.nothing"])
def test_a_policy_whose_conditions_do_not_hold_has_no_result(write: Write, condition: str) -> None:
    policy = write(f'{REFUSES}\nmatchConditions: [{{name: only, expression: "{condition}"}}]')

    assert judge([policy], workload("Pod", pod_spec())).results == ()


def test_a_policy_whose_conditions_hold_passes(write: Write) -> None:
    policy = write("validations: [{expression: 'true'}]\nmatchConditions: [{name: only, expression: \"object.kind == 'Pod'\"}]")

    assert said(judge([policy], workload("Pod", pod_spec()))) == {"tested": "pass"}


def test_a_policy_that_selects_other_labels_has_no_result(write: Write) -> None:
    policy = write("validations: [{expression: 'true'}]", more_constraints="objectSelector: {matchLabels: {app: shop}}")
    shop = workload("Pod", pod_spec()) | {"metadata": {"name": "api", "labels": {"app": "shop"}}}

    assert judge([policy], workload("Pod", pod_spec())).results == ()
    assert said(judge([policy], shop)) == {"tested": "pass"}


def test_fixes_that_are_not_wanted_singly_are_in_the_mended_manifest(main_pack: Pack) -> None:
    manifest = workload("Deployment", pod_spec(containers=[container(securityContext={"privileged": True})], hostPID=True))

    results = judge(main_pack, manifest, singly=False)

    assert results.mended is not None
    assert results.mended == judge(main_pack, manifest).mended
    assert [finding.fix for result in results.results for finding in result.findings if finding.fix] == []
