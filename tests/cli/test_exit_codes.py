"""0: nothing at or above --fail-on; 1: violations; 2: something could not be judged."""

import pytest

from tests.cli.conftest import GOOD_POD, POD, Check, Write, WritePolicy

EMPTY = ("--pack", "--policy", "--params", "--namespace-object", "--old", "--baseline", "--server")
"""Where a script's variable is not set, nothing else must be judged by or with."""
RUNS_AS_ROOT = GOOD_POD.replace("  containers:", "  securityContext: {runAsUser: 0}\n  containers:")


def test_policies_of_files_are_hard_whatever_they_say(check: Check, write: Write, policy: WritePolicy) -> None:
    file = policy("validations: [{expression: 'false', message: No.}]", enforcement="advisory")
    write("pod.yaml", GOOD_POD)

    done = check("--policy", str(file), "pod.yaml", "--fail-on", "hard")

    assert (done.code, "hard-mandatory" in done.out) == (1, True)


@pytest.mark.parametrize(("fail_on", "code"), [("hard", 0), ("soft", 0), ("advisory", 1)])
def test_advice_fails_only_when_it_is_asked_to(check: Check, write: Write, fail_on: str, code: int) -> None:
    write("pod.yaml", GOOD_POD)

    assert check("--pack", "best-practices", "pod.yaml", "--fail-on", fail_on).code == code


@pytest.mark.parametrize(("fail_on", "code"), [("hard", 0), ("soft", 1), ("advisory", 1)])
def test_policies_of_packs_have_their_own_level(check: Check, write: Write, fail_on: str, code: int) -> None:
    write("service.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: web, image: nginx}]}\n")
    everything = check("--pack", "main", "service.yaml", "--fail-on", fail_on)

    assert everything.code == code


def test_the_default_is_the_baseline_and_advice(check: Check, write: Write) -> None:
    write("pod.yaml", GOOD_POD)
    write("host.yaml", POD.replace("latest", "1.27.3"))

    good, bad = check("pod.yaml"), check("host.yaml")

    assert (good.code, "error[" in good.out, "advice[" in good.out) == (0, False, True)
    assert (bad.code, bad.out.count("error["), "error[pss-host-namespaces]" in bad.out) == (1, 1, True)


def test_a_pack_can_be_asked_for_in_a_version(check: Check, write: Write) -> None:
    write("pod.yaml", RUNS_AS_ROOT)

    newest, old = check("--pack", "pss-restricted", "pod.yaml"), check("--pack", "pss-restricted@v1.22", "pod.yaml")

    assert ("pss-run-as-user" in newest.out, "pss-run-as-user" in old.out) == (True, False)


def test_a_policy_that_may_fail_to_judge_does_not_fail_the_check(check: Check, write: Write, policy: WritePolicy) -> None:
    file = policy("validations: [{expression: 'object.nothing == 1'}]", failure_policy="Ignore")
    write("pod.yaml", GOOD_POD)

    done = check("--policy", str(file), "pod.yaml")

    assert (done.code, "could not judge this manifest" in done.out) == (0, True)


def test_what_could_not_be_judged_weighs_more_than_violations(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", POD + "---\nx: 1\n")

    assert check("--policy", policies, "pod.yaml").code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--fail-on", "soft"),
        ("pod.yaml", "-o", "html"),
        ("pod.yaml", "--fix", "--diff"),
        ("pod.yaml", "--server", "https://autonomy.example", "--pack", "main"),
        ("pod.yaml", "--cluster", "sandbox"),
        ("pod.yaml", "--params", "nowhere.yaml"),
        ("pod.yaml", "--namespace-object", "pod.yaml"),
        ("pod.yaml", "--baseline", "pod.yaml"),
        ("pod.yaml", "--policy", "nowhere"),
        ("pod.yaml", "--pack", "pss-baseline@v9.9"),
        ("pod.yaml", "--pack", "pss-baseline@"),
        *[("pod.yaml", option, "") for option in EMPTY],
        ("",),
        ("pod.yaml", ""),
    ],
)
def test_wrong_usage_says_why(check: Check, write: Write, arguments: tuple[str, ...]) -> None:
    write("pod.yaml", GOOD_POD)

    done = check(*arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err != ""
