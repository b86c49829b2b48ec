"""What a pack says about itself, and what it takes from others."""

import pytest

from guidance.documents.schema import validated
from guidance.documents.source import read
from guidance.policies.load import PACK_FILE, PACKS, load_pack, skim_pack
from guidance.policies.packs import PackFile, names, pack, pack_file
from guidance.policies.policy import Enforcement
from guidance.policies.versions import NEWEST, OLDEST, KubernetesVersion

VERSIONS = [KubernetesVersion(1, minor) for minor in range(OLDEST.minor, NEWEST.minor + 1)]


def test_these_are_the_packs() -> None:
    assert names() == ("best-practices", "main", "network", "pss-baseline", "pss-restricted", "rbac")


@pytest.mark.parametrize("name", names())
def test_a_pack_file_is_right_and_called_like_its_folder(name: str) -> None:
    path = PACKS / name / PACK_FILE

    file = validated(PackFile, read(path.read_text(), str(path)))

    assert file == pack_file(name)
    assert file.metadata.name == name


@pytest.mark.parametrize("name", names())
def test_what_a_pack_takes_from_another_is_there(name: str) -> None:
    for include in pack_file(name).include:
        ever = {policy.name for version in VERSIONS for policy in pack(f"{include.pack}@{version}").policies}
        assert set(include.policies) <= ever


@pytest.mark.parametrize("name", names())
def test_the_same_policies_hold_however_they_are_read(name: str) -> None:
    for version in (OLDEST, KubernetesVersion(1, 24), NEWEST):
        careful = [(policy.name, policy.spec) for policy in load_pack(PACKS / name, version)]
        assert [(policy.name, policy.spec) for policy in skim_pack(PACKS / name, version)] == careful


def test_restricted_is_baseline_and_more_with_the_stricter_one_of_two_controls() -> None:
    baseline, restricted = ({policy.name for policy in pack(name).policies} for name in ("pss-baseline", "pss-restricted"))

    assert baseline - restricted == {"pss-capabilities", "pss-host-path-volumes", "pss-proc-mount", "pss-seccomp"}
    assert restricted - baseline == {
        "pss-capabilities-restricted",
        "pss-privilege-escalation",
        "pss-proc-mount-restricted",
        "pss-run-as-non-root",
        "pss-run-as-user",
        "pss-seccomp-restricted",
        "pss-volume-types",
    }


def test_a_control_that_is_not_yet_stricter_stays_that_of_baseline() -> None:
    found = {policy.name for policy in pack("pss-restricted@v1.18").policies}

    assert {"pss-capabilities", "pss-proc-mount", "pss-seccomp"} <= found
    assert not {"pss-capabilities-restricted", "pss-proc-mount-restricted", "pss-seccomp-restricted"} & found


def test_a_pack_may_mean_everything_as_advice() -> None:
    advice = pack("best-practices")

    assert set(advice.levels.values()) == {Enforcement.ADVISORY}
    assert {"no-latest-tag", "pss-privileged", "pss-run-as-non-root", "token-automount", "readiness-probe"} <= advice.levels.keys()


def test_others_mean_it_as_each_policy_says() -> None:
    assert set(pack("pss-restricted").levels.values()) == {Enforcement.HARD_MANDATORY}
    levels = pack("rbac").levels
    assert levels["no-system-masters"] == Enforcement.HARD_MANDATORY
    assert levels["no-wildcards"] == Enforcement.SOFT_MANDATORY
    assert levels["pod-security-label"] == Enforcement.ADVISORY
