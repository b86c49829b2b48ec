"""What is wrong with a policy file is told with file, line and column, and all of it at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from guidance.documents.source import PolicyError
from guidance.judging.compiled import compile_policies
from guidance.policies.load import MAIN_PACK, load_pack, load_policy
from guidance.policies.policy import parse_policy
from guidance.policies.versions import parse_version

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
        ("  severity:", "  colour: red\n  severity:", "10:3", "unknown or unsupported field 'colour': remove it or correct its name"),
        ("  title: Containers do not run privileged\n", "", "6:3", "the field 'title' is missing: add it here"),
        ("version: 1.0.0", "version: 1.0", "12:12", "version must be text, but it is a number: put it in quotes"),
        ("version: 1.0.0", "version: [a]", "12:12", "version must be text, but it is a list"),
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


AT_OWNER = "  owner: security\n"


def versions(text: str) -> tuple[str, str]:
    """The change that makes a policy hold for these versions of Kubernetes."""
    return AT_OWNER, f"{AT_OWNER}  kubernetes: {text}\n"


def test_one_name_may_mean_different_policies_for_different_versions(policy_file: PolicyFile) -> None:
    folder = policy_file(*versions('{to: "1.19"}'), name="a.yaml").parent
    policy_file(*versions('{from: "v1.20", to: "1.30"}'), name="b.yaml")
    policy_file(*versions('{from: "1.31"}'), name="c.yaml")

    chosen = {
        str(version): [Path(policy.source.file).name for policy in load_pack(folder, version)]
        for version in map(parse_version, ("1.0", "1.19", "1.20", "1.30", "1.31", "1.99"))
    }

    assert chosen == {
        "v1.0": ["a.yaml"],
        "v1.19": ["a.yaml"],
        "v1.20": ["b.yaml"],
        "v1.30": ["b.yaml"],
        "v1.31": ["c.yaml"],
        "v1.99": ["c.yaml"],
    }


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ('{to: "1.20"}', '{from: "1.20"}', "v1.20 and older"),
        ('{from: "1.8", to: "1.30"}', '{from: "1.20", to: "1.22"}', "v1.8 to v1.30"),
        ('{from: "1.8"}', '{from: "1.31"}', "v1.8 and newer"),
        ("{}", '{from: "1.31"}', "every version"),
    ],
)
def test_versions_of_one_name_must_not_overlap(policy_file: PolicyFile, first: str, second: str, told: str) -> None:
    folder = policy_file(*versions(first), name="a.yaml").parent
    policy_file(*versions(second), name="b.yaml")

    with pytest.raises(PolicyError) as caught:
        load_pack(folder)

    assert str(caught.value) == (
        f"{folder}/b.yaml:14:15: {folder}/a.yaml has this name already, for {told}: let their versions not overlap, or rename one of them"
    )


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{from: 1.8}", '14:22: from: 1.8 is no version of Kubernetes: it is text such as "1.30", in quotes'),
        ('{from: "newest"}', "14:22: from: 'newest' is no version of Kubernetes: it is text such as \"1.30\", in quotes"),
        ('{from: "1.30", to: "1.9"}', "14:15: kubernetes: 'from' v1.30 comes after 'to' v1.9"),
        ('{since: "1.30"}', "14:16: unknown or unsupported field 'since': remove it or correct its name"),
    ],
)
def test_a_version_that_is_none_is_a_mistake(policy_file: PolicyFile, written: str, message: str) -> None:
    assert f"policy.yaml:{message}" in told(policy_file(*versions(written)))


def test_the_file_that_describes_a_pack_is_no_policy(policy_file: PolicyFile) -> None:
    file = policy_file()
    (file.parent / "pack.yaml").write_text("kind: Pack")

    assert [policy.name for policy in load_pack(file.parent)] == ["no-privileged"]


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
