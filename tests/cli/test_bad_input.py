"""What cannot be judged ends with exit code 2 and its place; everything else is judged all the same."""

from pathlib import Path

import pytest

from cli.manifests import files
from tests.cli.conftest import GOOD_POD, POD, Check, Write, WritePolicy


def test_other_documents_and_files_are_judged(check: Check, write: Write, policies: str) -> None:
    write("a.yaml", "a: 1\na: 2\n")
    write("b.yaml", POD + "---\nkind: [\n---\n" + GOOD_POD)

    done = check("--policy", policies, "a.yaml", "b.yaml", "c.yaml", "-o", "json")

    assert done.code == 2
    assert [line for line in done.err.splitlines() if line.startswith("error")] == [
        "error: a.yaml:2:1: the key 'a' appears twice: keep one of them",
        "error: b.yaml:13:1: not YAML: did not find expected node content",
        "error: c.yaml:1:1: cannot be read: No such file or directory",
    ]
    assert done.out.count('"policy": "pinned"') == 2


def test_the_line_is_shown(check: Check, write: Write, policies: str) -> None:
    write("a.yaml", "apiVersion: v1\nkind: Pood\n")

    assert check("--policy", policies, "a.yaml").err == (
        "error: a.yaml:2:7: v1 has no kind Pood: did you mean Pod?\n  |\n2 | kind: Pood\n  |       ^\n"
    )


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("2026-01-31", ""),
        ("1.5", "metadata.labels.x must be text, but it is a number: put it in quotes."),
        ("on", "metadata.labels.x must be text, but it is true or false: put it in quotes."),
    ],
)
def test_a_value_of_a_wrong_type_cannot_be_judged(check: Check, write: Write, policies: str, label: str, told: str) -> None:
    write("a.yaml", GOOD_POD.replace("  name: api", f"  labels: {{x: {label}}}\n  name: api"))

    done = check("--policy", policies, "a.yaml", "-o", "json")

    assert done.code == (2 if told else 0)
    assert done.err.splitlines()[:1] == ([f"error: a.yaml:4:15: {told}"] if told else [])


def test_a_file_that_is_too_large_is_not_read(check: Check, tmp_path: Path, policies: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1024 * 1024)
    (tmp_path / "a.yaml").write_bytes(b"a: " + b"x" * 1024 * 1024)

    done = check("--policy", policies, "a.yaml")

    assert (done.code, done.err) == (2, "error: a.yaml:1:1: has more than 1 MB: split it into several files\n")


def test_what_is_no_utf_8_is_told_with_its_line(check: Check, tmp_path: Path, policies: str) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a: 1\nb: \xff\n")

    assert check("--policy", policies, "a.yaml").err == "error: a.yaml:2:1: is not UTF-8 text\n"


def test_a_byte_order_mark_is_passed_over(check: Check, tmp_path: Path, policies: str) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD_POD.encode())

    assert check("--policy", policies, "a.yaml").code == 0


def test_a_policy_that_loops_is_stopped_and_told_with_its_place(check: Check, write: Write, policy: WritePolicy) -> None:
    digits = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]"
    loop = "true"
    for name in "abcdefg":
        loop = f"{digits}.all({name}, {loop})"
    file = policy(f"validations:\n- expression: '{loop}'\n", name="loops")
    write("a.yaml", GOOD_POD)

    done = check("--policy", str(file), "a.yaml", "-o", "json")

    assert done.code == 2
    assert done.err.startswith("error: a.yaml:1:1: The policy loops could not judge this manifest: Iteration budget exceeded.")
    assert f"policy: {file}:18:17: Iteration budget exceeded" in check("--policy", str(file), "a.yaml").out


def test_a_policy_that_does_not_compile_is_told_with_its_place(check: Check, write: Write, policy: WritePolicy) -> None:
    file = policy("validations:\n- expression: 'object.spec.x ==='\n")
    write("a.yaml", GOOD_POD)

    done = check("--policy", str(file), "a.yaml")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {file}:18:34: the expression does not compile: ")


def test_an_unknown_pack_is_told_with_those_that_there_are(check: Check, write: Write) -> None:
    write("a.yaml", GOOD_POD)

    done = check("--pack", "pss-basline", "a.yaml")

    assert (done.code, done.out) == (2, "")
    assert "did you mean pss-baseline?" in done.err
