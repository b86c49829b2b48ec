"""A comment lets one policy pass for the objects of its document, when it says why."""

import pytest

from tests.cli.conftest import GOOD_POD, POD, Check, Write

REASON = "The load balancer needs it until March."


@pytest.mark.parametrize(
    "text",
    [
        f"# autonomy: ignore no-host-network: {REASON}\n{POD}",
        f"#autonomy:ignore no-host-network : {REASON}  \n{POD}",
        f"# header\n# autonomy: ignore no-host-network: {REASON}\n---\n{POD}",
        POD.replace("# so that it is reached", f"# autonomy: ignore no-host-network: {REASON}"),
        f"{POD}# autonomy: ignore no-host-network: {REASON}\n",
    ],
)
def test_the_policy_is_skipped_with_the_reason(check: Check, write: Write, policies: str, text: str) -> None:
    write("pod.yaml", text.replace("latest", "1.27.3"))

    done = check("--policy", policies, "pod.yaml")

    line = text.splitlines().index(next(line for line in text.splitlines() if "hostNetwork" in line)) + 1
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        f"skipped[no-host-network]: pod.yaml:{line}  Pod payments/api: {REASON}\n"
        "1 object in 1 file: 0 errors, 0 pieces of advice, 1 skipped, 1 passed.\n"
    )


def test_other_policies_and_other_documents_are_not_ignored(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", f"# autonomy: ignore no-host-network: {REASON}\n{POD}---\n{POD}")

    out = check("--policy", policies, "pod.yaml").out

    assert (out.count("error[pinned]"), out.count("error[no-host-network]"), out.count("skipped[")) == (2, 1, 1)


def test_what_is_ignored_is_not_mended(check: Check, write: Write, policies: str) -> None:
    file = write("pod.yaml", f"# autonomy: ignore no-host-network: {REASON}\n{POD}")
    before = file.read_text()

    check("--policy", policies, "pod.yaml", "--fix")

    assert file.read_text() == before


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("# autonomy: ignore pinned", "1:13: pinned is ignored without a reason: write # autonomy: ignore pinned: reason"),
        ("# autonomy: ignore pinned:", "1:13: pinned is ignored without a reason: write # autonomy: ignore pinned: reason"),
        ("# autonomy: ignore", "1:13: this comment says nothing known: write # autonomy: ignore POLICY: reason"),
        ("# autonomy: skip everything", "1:13: this comment says nothing known: write # autonomy: ignore POLICY: reason"),
    ],
)
def test_a_comment_that_cannot_be_followed_is_told(check: Check, write: Write, policies: str, comment: str, problem: str) -> None:
    write("pod.yaml", f"{comment}\n{POD}")

    done = check("--policy", policies, "pod.yaml", "-o", "json")

    assert (done.code, done.err.splitlines()[0]) == (2, f"error: pod.yaml:{problem}")
    assert done.out.count('"result": "fail"') == 2


def test_a_comment_that_ignores_nothing_is_worth_a_note(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", f"# autonomy: ignore no-host-network: {REASON}\n{GOOD_POD}")

    done = check("--policy", policies, "pod.yaml")

    assert done.code == 0
    assert done.out.splitlines()[0] == "note: pod.yaml:1: the comment ignores no-host-network, which finds nothing here: remove it"


def test_what_kubernetes_cannot_read_cannot_be_ignored(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", f"# autonomy: ignore well-formed: {REASON}\n{GOOD_POD.replace('name: web', 'name: 1')}")

    assert check("--policy", policies, "pod.yaml").code == 2


def test_a_word_in_the_manifest_is_no_comment(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", GOOD_POD.replace("name: api", "annotations: {autonomy: ignore, x: 'autonomy: ignore pinned'}\n  name: api"))
    write("empty.yaml", GOOD_POD.replace("  name: api", "  labels: #\n    autonomy: enabled\n  name: api"))

    assert check("--policy", policies, "pod.yaml", "empty.yaml").code == 0


@pytest.mark.parametrize(
    "annotation",
    [
        "|\n      # autonomy: the state of being free\n\n      # autonomy: ignore no-host-network: no comment\n",
        ">- # why\n      a\n      # autonomy: ignore no-host-network: no comment\n",
        "'x\n      # autonomy: ignore no-host-network: no comment'\n",
        '"x # autonomy: ignore"\n',
    ],
)
def test_what_a_text_of_the_manifest_says_is_no_comment(check: Check, write: Write, policies: str, annotation: str) -> None:
    write("pod.yaml", POD.replace("  name: api", f"  annotations:\n    é: {annotation}  name: api"))

    done = check("--policy", policies, "pod.yaml")

    assert (done.code, done.err, done.out.count("error[")) == (1, "", 2)


@pytest.mark.parametrize(
    "annotation",
    [
        f"| # autonomy: ignore no-host-network: {REASON}\n      # autonomy: what\n",
        f"|\n      text\n\n    # autonomy: ignore no-host-network: {REASON}\n",
        f"|\n      text\n  # autonomy: ignore no-host-network: {REASON}\n\n",
        f"text # autonomy: ignore no-host-network: {REASON}\n",
        f"'text # text' # autonomy: ignore no-host-network: {REASON}\n",
    ],
)
def test_a_comment_beside_a_text_is_one(check: Check, write: Write, policies: str, annotation: str) -> None:
    write("pod.yaml", POD.replace("  name: api", f"  annotations:\n    é: {annotation}  name: api"))

    assert check("--policy", policies, "pod.yaml").out.count("skipped[no-host-network]") == 1
