"""From files and folders to policies."""

from pathlib import Path

import pytest

from guidance.documents.source import PolicyError
from guidance.foreign.files import MOST_BYTES, bundle
from guidance.foreign.files import read as read_files
from guidance.foreign.parts import MOST_DOCUMENTS
from guidance.policies.load import MAIN_PACK
from tests.guidance.foreign.conftest import Judge, Read, Told
from tests.guidance.foreign.test_admission import BINDING, ONE, PARAMS, POLICY
from tests.guidance.foreign.test_kyverno import POLICY as KYVERNO
from tests.guidance.manifests import deployment


def wrong(*paths: Path) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        read_files(paths)
    return [str(problem) for problem in caught.value.problems]


def test_everything_below_a_folder_is_read_together(tmp_path: Path, outcomes: Judge) -> None:
    (tmp_path / "base" / ".hidden").mkdir(parents=True)
    for name, text in {"a.yaml": POLICY, "base/b.yml": BINDING, "base/.hidden/c.yaml": "nothing", "d.txt": "nothing"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    (tmp_path / "base" / "params.json").write_text(
        '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "limits"}, "data": {"most": "0"}}'
    )

    found = read_files([tmp_path])

    assert outcomes(found, ONE) == {"few.containers": "fail"}
    assert found.notes == ()


def test_files_that_are_named_one_by_one_are_read_together_too(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("policy.yaml", "binding.yaml", "params.yaml")]
    for path, text in zip(paths, (POLICY, BINDING, PARAMS), strict=True):
        path.write_text(text)

    found = read_files(paths)

    assert (len(found.policies), len(found.policies[0].beside.bindings), len(found.params), found.notes) == (1, 1, 1, ())


def test_policies_of_our_own_are_read_beside_others(read: Read) -> None:
    ours = [(MAIN_PACK / name).read_text() for name in ("no-privileged.yaml", "no-latest-tag.yaml")]

    found = read(*ours, KYVERNO)

    assert [policy.name for policy in found.policies] == ["no-privileged", "no-latest-tag", "own-network"]
    assert list(found.levels) == ["own-network"]


def test_a_binding_may_be_about_a_policy_of_our_own(read: Read, outcomes: Judge) -> None:
    ours = (MAIN_PACK / "no-privileged.yaml").read_text()
    binding = BINDING.replace("few.containers", "no-privileged").replace("[Deny]", "[Warn]")
    found = read(ours, "\n".join(line for line in binding.splitlines() if "paramRef" not in line))
    privileged = deployment(securityContext={"privileged": True})

    assert found.notes == ()
    assert [outcomes(found, privileged, namespace=namespace) for namespace in ("shop", "elsewhere")] == [{"no-privileged": "warn"}, {}]


def test_a_mistake_in_the_second_policy_of_a_file_is_told_with_its_place(told: Told) -> None:
    ours = (MAIN_PACK / "no-privileged.yaml").read_text()
    lines = ours.count("\n") + 1

    assert told(ours, ours.replace("name: no-privileged", "name: other").replace("critical", "huge")) == [
        f"{lines + 10}:13: severity: Input should be 'low', 'medium', 'high' or 'critical'"
    ]


def test_two_policies_cannot_have_one_name_whatever_they_are_written_for(told: Told) -> None:
    assert told(POLICY, KYVERNO.replace("own-network", "few.containers")) == [
        "20:18: policies.yaml has this name already: rename one of them"
    ]


def test_all_mistakes_of_all_files_come_at_once() -> None:
    texts = {"a.yaml": KYVERNO.replace("[Deny]", "[Refuse]"), "b.yaml": "a: [\n", "c.yaml": "- 1\n---\na: 1\n"}

    with pytest.raises(PolicyError) as caught:
        bundle(texts)

    assert sorted(str(problem) for problem in caught.value.problems) == [
        "a.yaml:5:23: validationActions: Input should be 'Deny', 'Audit' or 'Warn'",
        "b.yaml:2:1: not YAML: did not find expected node content",
        "c.yaml:1:1: not an object of Kubernetes: it should begin with apiVersion and kind",
        "c.yaml:3:1: not an object of Kubernetes: apiVersion and kind must be there, as text",
    ]


def test_a_file_of_very_many_documents_is_refused() -> None:
    with pytest.raises(PolicyError) as caught:
        bundle({"a.yaml": KYVERNO + (PARAMS.join(["---\n"] * (MOST_DOCUMENTS + 1)))})

    lines = KYVERNO.count("\n") + (MOST_DOCUMENTS - 1) * (PARAMS.count("\n") + 1) + 1
    assert str(caught.value) == f"a.yaml:{lines}:1: has more than {MOST_DOCUMENTS} documents: split it into several files"


@pytest.mark.parametrize("text", ["", "# nothing\n---\n", PARAMS])
def test_a_file_without_a_policy_is_a_mistake(text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        bundle({"a.yaml": text})

    assert str(caught.value) == "a.yaml:1:1: there is no policy in it"


def test_folders_and_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    large, binary, empty = tmp_path / "large.yaml", tmp_path / "binary.yaml", tmp_path / "empty"
    large.write_text("#" * (MOST_BYTES + 1))
    binary.write_bytes(b"\xff\xfe")
    empty.mkdir()

    assert wrong(large, binary, empty, tmp_path / "missing.yaml") == [
        f"{large}:1:1: has more than 5 MB: that is no file of policies",
        f"{binary}:1:1: is not UTF-8 text",
        f"{empty}:1:1: the folder holds no policy: a policy is a file *.yaml",
        f"{tmp_path}/missing.yaml:1:1: cannot be read: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [("2027-01-31", "2027-01-31"), ("1e3", 1000.0), ("y", True), ("'y'", "y"), ("!!str 1", "1"), ("0o17", 15), ("1:30", "1:30"),
     ("2027-01-31T00:00:00Z", "2027-01-31T00:00:00Z")],
)  # fmt: skip
def test_values_are_read_as_kubernetes_reads_them(read: Read, written: str, value: object) -> None:
    found = read(POLICY, BINDING, PARAMS.replace('"1"', written))

    assert found.params[0]["data"] == {"most": value}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (POLICY.replace("kind: Val", "kind: &k Val").replace("status:", "x: *k\nstatus:"), "aliases (*name) are not supported"),
        ("[" * 100 + "]" * 100, "nested more than 64 levels deep"),
        (POLICY.replace("status:", "kind: X\nstatus:"), "the key 'kind' appears twice"),
    ],
)
def test_what_grows_without_bound_or_says_two_things_is_refused(told: Told, text: str, problem: str) -> None:
    (line,) = told(text)

    assert problem in line
