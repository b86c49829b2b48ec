"""Packs are asked for by name and version; what is not there is told with what is."""

import pytest

from guidance.policies.packs import UnknownPack, pack, together
from guidance.policies.policy import Enforcement
from guidance.policies.versions import NEWEST, KubernetesVersion


@pytest.mark.parametrize(
    ("reference", "version"),
    [
        ("pss-baseline", NEWEST),
        ("pss-baseline@latest", NEWEST),
        ("pss-baseline@v1.30", KubernetesVersion(1, 30)),
        ("pss-baseline@1.30", KubernetesVersion(1, 30)),
        ("pss-baseline@v1.30.7", KubernetesVersion(1, 30)),
        ("pss-baseline@v1.0", KubernetesVersion(1, 0)),
    ],
)
def test_a_reference_means_a_version(reference: str, version: KubernetesVersion) -> None:
    found = pack(reference)

    assert (found.name, found.version, str(found)) == ("pss-baseline", version, f"pss-baseline@{version}")


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        (
            "pss-restrictd@v1.30",
            "there is no pack 'pss-restrictd': did you mean pss-restricted? "
            "There are best-practices, main, network, pss-baseline, pss-restricted, rbac.",
        ),
        ("cis", "there is no pack 'cis'. There are best-practices, main, network, pss-baseline, pss-restricted, rbac."),
        ("pss-baseline@v1.38", "the pack pss-baseline is there for Kubernetes v1.0 to v1.37, not for v1.38."),
        ("pss-baseline@v2.0", "the pack pss-baseline is there for Kubernetes v1.0 to v1.37, not for v2.0."),
        ("pss-baseline@newest", "'newest' is no version of Kubernetes: ask for a pack such as pss-baseline@v1.37."),
        ("pss-baseline@1", "'1' is no version of Kubernetes: ask for a pack such as pss-baseline@v1.37."),
    ],
)
def test_what_is_not_there_is_told_with_what_is(reference: str, told: str) -> None:
    with pytest.raises(UnknownPack) as caught:
        pack(reference)

    assert str(caught.value) == told


def test_several_packs_bring_each_policy_once_at_its_strictest() -> None:
    policies, levels = together([pack("pss-baseline"), pack("best-practices")])

    names = [policy.name for policy in policies]
    assert len(names) == len(set(names))
    assert levels.keys() == set(names)
    assert levels["pss-privileged"] == Enforcement.HARD_MANDATORY
    assert levels["readiness-probe"] == Enforcement.ADVISORY


def test_the_stricter_one_of_two_policies_is_enough() -> None:
    policies, _ = together([pack("pss-baseline"), pack("pss-restricted"), pack("main"), pack("best-practices")])

    names = {policy.name for policy in policies}
    assert {"pss-capabilities-restricted", "pss-seccomp-restricted", "pss-privileged", "pss-run-as-user"} <= names
    assert not names & {"pss-capabilities", "drop-all-capabilities", "pss-seccomp", "seccomp-profile", "no-privileged", "run-as-non-root"}


def test_advice_stands_for_nothing_that_is_required() -> None:
    """drop-all-capabilities asks for more than pss-capabilities does, but only advises."""
    policies, levels = together([pack("pss-baseline"), pack("best-practices")])

    assert {"pss-capabilities", "drop-all-capabilities"} <= {policy.name for policy in policies}
    assert (levels["pss-capabilities"], levels["drop-all-capabilities"]) == (Enforcement.HARD_MANDATORY, Enforcement.ADVISORY)


def test_packs_for_two_versions_do_not_go_together() -> None:
    with pytest.raises(UnknownPack) as caught:
        together([pack("pss-baseline@v1.20"), pack("pss-restricted@v1.37")])

    assert str(caught.value) == (
        "pss-baseline@v1.20 and pss-restricted@v1.37 have different versions of the policy pss-selinux: "
        "ask for both packs for the same version of Kubernetes."
    )


def test_policies_that_are_the_same_in_both_versions_do() -> None:
    policies, _ = together([pack("pss-baseline@v1.35"), pack("pss-baseline@v1.36")])

    assert len(policies) == 12
