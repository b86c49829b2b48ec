"""Every policy that ships, in every version that it has: what its file says about itself is true."""

from itertools import pairwise
from pathlib import Path

import pytest

from guidance.judging.compiled import CompiledPolicy, compile_policy, proven_policy
from guidance.judging.evaluation import evaluate
from guidance.judging.examples import problems
from guidance.judging.subject import admit
from guidance.judging.violations import violations
from guidance.policies.load import PACKS, SUFFIX, load_policy, policy_files, skim_pack
from guidance.policies.packs import names
from guidance.policies.policy import Passing, Policy, skim_policy
from guidance.policies.versions import EVERY_VERSION

FILES = {f"{name}/{file.stem}": file for name in names() for file in policy_files(PACKS / name)}
OWNERS = {"security", "platform-admins"}


@pytest.fixture(params=list(FILES.values()), ids=list(FILES))
def file(request: pytest.FixtureRequest) -> Path:
    file: Path = request.param
    return file


def test_the_examples_are_true(file: Path) -> None:
    assert problems(compile_policy(load_policy(file))) == []


def test_what_an_api_server_fills_in_changes_no_verdict() -> None:
    """So what ships is judged as it was written, which takes less time."""
    policies = [load_policy(file) for file in FILES.values()]
    written = [proven_policy(policy) for policy in policies]
    served = [compile_policy(policy) for policy in policies]
    examples = [example for policy in policies for example in (*policy.examples.passing, *policy.examples.failing)]
    assert len(examples) > 300

    def verdicts(policies: list[CompiledPolicy], example: Passing) -> list[tuple[str, str, str]]:
        found = evaluate(policies, example.manifest, old=example.old).findings
        return [(finding.policy, finding.version, finding.path) for finding in found]

    differ = [example.name for example in examples if verdicts(written, example) != verdicts(served, example)]

    assert differ == []


def test_a_manifest_that_passes_needs_one_evaluation(file: Path) -> None:
    assert compile_policy(load_policy(file)).gate is not None


def test_every_rule_is_violated_by_an_example_and_every_fix_offered(file: Path) -> None:
    policy = compile_policy(load_policy(file))
    violated = [
        violation
        for example in policy.policy.examples.failing
        for violation in violations(policy, admit(example.manifest, old=example.old))
        if violation.check is not None
    ]

    assert {violation.check.index for violation in violated if violation.check} == {check.index for check in policy.checks}
    offered = {violation.check.index for violation in violated if violation.check and violation.steps()}
    assert offered == {check.index for check in policy.checks if check.fix}


def test_a_file_is_called_after_its_policy_and_the_first_of_its_versions(file: Path) -> None:
    policy = load_policy(file)
    versions = policy.guidance.kubernetes

    assert SUFFIX.sub("", file.stem) == policy.name
    assert file.stem in {policy.name, f"{policy.name}-{versions.first}"}


def test_what_is_read_quickly_is_what_is_read_with_care(file: Path) -> None:
    quick, careful = skim_policy(file.read_text(), str(file)), load_policy(file)

    assert (quick.metadata, quick.guidance, quick.spec) == (careful.metadata, careful.guidance, careful.spec)
    assert quick.examples == careful.examples


def test_every_violation_says_what_is_wrong_and_what_is_expected(file: Path) -> None:
    policy = load_policy(file)

    assert policy.guidance.owner in OWNERS
    assert len(policy.guidance.rationale) > 100
    for validation in policy.spec.validations:
        assert validation.message
        assert validation.expected is not None or validation.expected_expression is not None
        assert validation.message_expression or validation.each is None or says_the_same_of_every_element(policy)


def says_the_same_of_every_element(policy: Policy) -> bool:
    """Elements without a name of their own: rules and peers."""
    return all(validation.each is None or validation.each.name in {"rule", "peer"} for validation in policy.spec.validations)


def test_versions_of_a_policy_follow_on_one_another() -> None:
    """No version of Kubernetes falls between two files of a policy."""
    files: dict[str, list[Policy]] = {}
    for file in FILES.values():
        policy = load_policy(file)
        files.setdefault(policy.name, []).append(policy)

    for policies in files.values():
        ranges = sorted((policy.guidance.kubernetes for policy in policies), key=lambda versions: versions.first or (0, 0))
        assert len(policies) == 1 or EVERY_VERSION not in ranges
        for earlier, later in pairwise(ranges):
            assert earlier.last is not None
            assert later.first is not None
            assert (later.first.major, later.first.minor) == (earlier.last.major, earlier.last.minor + 1)


def test_no_two_packs_have_policies_of_one_name() -> None:
    owners: dict[str, set[str]] = {}
    for name in names():
        for policy in skim_pack(PACKS / name):
            owners.setdefault(policy.name, set()).add(name)

    assert {policy: packs for policy, packs in owners.items() if len(packs) > 1} == {}
