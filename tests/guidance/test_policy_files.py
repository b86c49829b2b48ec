"""What is wrong with a policy file is told with file, line and column, and all of it at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from guidance.load import MAIN_PACK, compile_policies, load_pack, load_policy
from guidance.policy import parse_policy
from guidance.source import PolicyError

PolicyFile = Callable[..., Path]
EXPRESSION = '"!container.?securityContext.?privileged.orValue(false)"'


def told(file: Path) -> list[str]:
    """The problems of a file, each without the folder."""
    with pytest.raises(PolicyError) as caught:
        compile_policies(load_pack(file))
    return [str(problem).removeprefix(f"{file.parent}/") for problem in caught.value.problems]


def test_the_main_pack_is_read_in_the_order_of_names() -> None:
    names = [policy.name for policy in load_pack(MAIN_PACK)]

    assert names == sorted(names)
    assert len(names) == 6


def test_a_policy_keeps_its_text_as_written(policy_file: PolicyFile) -> None:
    file = policy_file()

    assert load_policy(file).source.text == file.read_text()
    assert parse_policy(file.read_text(), "elsewhere").spec == load_policy(file).spec


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("  severity:", "  colour: red\n  severity:", "10:11", "unknown or unsupported field 'colour': remove it or correct its name"),
        ("  title: Containers do not run privileged\n", "", "6:3", "the field 'title' is missing: add it here"),
        ("critical", "huge", "10:13", "severity: Input should be 'low', 'medium', 'high' or 'critical'"),
        ("name: no-privileged", "name: No_Privileged", "4:9", "name: must be lower-case letters, digits and dashes, at most 50"),
        ("each: containers", "each: pods", "24:11", "each: must be 'containers', or 'as' and 'in'"),
        (
            "path: /sec",
            "path: sec",
            "31:11",
            "path: 'securityContext/privileged' is no JSON pointer: it starts with a slash, …",
        ),
        ("      value: false", "", "34:7", "fix: 'set' needs exactly one of 'value' (not null) and 'valueExpression', 'remove' takes none"),
        ("orValue(false)", "orValue(fals)", "25:66", "the expression does not compile: undeclared reference to 'fals'…"),
        (EXPRESSION, "size(object)", "25:17", "the expression gives INT, but it must give BOOL"),
        (
            EXPRESSION,
            "|\n      true\n      && nothing",
            "27:10",
            "the expression does not compile: undeclared reference to 'nothing'…",
        ),
        ("kind: Policy", "kind: Policy\nkind: Policy", "3:1", "the key 'kind' appears twice"),
        ("kind: Policy", "kind: [", "4:7", "not YAML: did not find expected ',' or ']'"),
        (
            "version: 1.0.0",
            "version: 2026-01-01",
            "12:12",
            "guidance.version is a date, which JSON does not know: …",
        ),
        ("kind: Policy", "kind: &kind Policy\nx: *kind", "2:7", "aliases (*name) are not supported in a policy: write the value out"),
        ("[pods]", "[pods]\n      scope: Some", "23:14", "scope: Input should be '*', 'Namespaced' or 'Cluster'"),
    ],
)
def test_a_mistake_is_told_with_its_place(policy_file: PolicyFile, old: str, new: str, place: str, message: str) -> None:
    (problem,) = told(policy_file(old, new))

    start, cut, _ = message.partition("…")
    assert problem.startswith(f"policy.yaml:{place}: {start}")
    assert cut or problem == f"policy.yaml:{place}: {message}"


def test_all_mistakes_of_all_files_come_at_once(policy_file: PolicyFile) -> None:
    policy_file("critical", "huge", name="a.yaml")
    folder = policy_file("kind: Policy", "kind: Rule", name="b.yaml").parent

    with pytest.raises(PolicyError) as caught:
        load_pack(folder)

    assert [(Path(problem.file).name, problem.line) for problem in caught.value.problems] == [("a.yaml", 10), ("b.yaml", 2)]


def test_two_policies_cannot_have_one_name(policy_file: PolicyFile) -> None:
    first = policy_file(name="a.yaml")
    policy_file(name="b.yaml")

    with pytest.raises(PolicyError) as caught:
        load_pack(first.parent)

    assert str(caught.value) == f"{first.parent}/b.yaml:4:9: {first} has this name already: rename one of them"


def test_a_folder_without_policies_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="the folder holds no policy"):
        load_pack(tmp_path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"missing\.yaml:1:1: cannot be read: No such file or directory"):
        load_policy(tmp_path / "missing.yaml")


NO_POLICIES = [
    b"", b"# nothing\n", b"\xff\xfe", b"- 1", b"text", b"a: 1\n---\nb: 2\n", b"[" * 100 + b"]" * 100, b"\0", b"? [a]\n: 1",
    b"x: 2026-99-99",
]  # fmt: skip


@pytest.mark.parametrize("content", NO_POLICIES)
def test_what_is_no_policy_at_all_is_told_too(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(content)

    with pytest.raises(PolicyError, match=r"policy\.yaml:\d+:\d+: "):
        load_policy(file)
