"""`--fix` mends the files and nothing else in them; `--diff` shows how."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.manifests.parsing import Chunk, chunks, document
from cli.mending.differences import differences
from cli.mending.writing import written
from guidance.documents.jsontype import JsonValue
from guidance.documents.patch import apply
from tests.cli.conftest import POD, Check, Write, WritePolicy

MENDED = POD.replace("hostNetwork: true", "hostNetwork: false")


def rewritten(text: str, wanted: JsonValue) -> tuple[str, list[str]]:
    """The text with all differences to what it should say, and what could not be written."""
    (chunk,) = chunks(text, "api.yaml")
    before = document(chunk)
    assert before is not None
    return written(chunk, list(differences(before.value, wanted)))


def test_a_file_is_mended_in_place_and_what_is_left_is_reported(check: Check, write: Write, policies: str) -> None:
    file = write("pod.yaml", f"# keep\n{POD}\n# and this\n")

    done = check("--policy", policies, "pod.yaml", "--fix")

    assert file.read_text() == f"# keep\n{MENDED}\n# and this\n"
    assert (done.code, done.out.count("error["), "error[pinned]" in done.out) == (1, 1, True)


def test_a_diff_is_a_patch_and_changes_nothing(check: Check, write: Write, policies: str) -> None:
    file = write("pod.yaml", POD)

    done = check("--policy", policies, "pod.yaml", "--diff")

    assert (
        done.out
        == """\
--- pod.yaml
+++ pod.yaml
@@ -4,7 +4,7 @@
   name: api
   namespace: payments
 spec:
-  hostNetwork: true # so that it is reached
+  hostNetwork: false # so that it is reached
   containers:
   - name: web
     image: nginx:latest
"""
    )
    assert done.err.startswith("1 object in 1 file: 2 errors")
    assert (done.code, file.read_text()) == (1, POD)


def test_standard_input_is_mended_to_standard_output(check: Check, policies: str) -> None:
    done = check("--policy", policies, "-", "--fix", stdin=POD)

    assert done.out == MENDED
    assert "error[pinned]" in done.err


def test_only_what_differs_is_written(check: Check, write: Write, policies: str) -> None:
    file = write("pod.yaml", MENDED)
    file.chmod(0o444)
    before = file.stat().st_mtime_ns

    check("--policy", policies, "pod.yaml", "--fix")

    assert file.stat().st_mtime_ns == before


def test_every_document_and_item_of_a_file_is_mended(check: Check, write: Write, policies: str) -> None:
    item = POD.replace("\n", "\n  ").rstrip()
    file = write("pods.yaml", f"kind: List\napiVersion: v1\nitems:\n- {item}\n- {item}\n--- # second\n{POD}# end\n---\n# nothing\n")
    before = file.read_text()

    check("--policy", policies, "pods.yaml", "--fix")

    assert file.read_text() == before.replace("hostNetwork: true", "hostNetwork: false")


def test_line_breaks_stay_those_of_the_file(check: Check, tmp_path: Path, policies: str) -> None:
    file = tmp_path / "pod.yaml"
    file.write_bytes(POD.replace("\n", "\r\n").encode())

    check("--policy", policies, "pod.yaml", "--fix")

    assert file.read_bytes() == MENDED.replace("\n", "\r\n").encode()


def test_json_stays_json(check: Check, write: Write, policy: WritePolicy) -> None:
    file = policy("""
        validations:
        - expression: has(object.metadata.labels)
          message: No labels.
          path: /metadata/labels
          fix: [{set: /metadata/labels/app, value: api}]
    """)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "é"}, "spec": {"containers": [{"name": "web"}]}}
    written = write("pod.json", json.dumps(pod, indent=4, ensure_ascii=False))

    check("--policy", str(file), "pod.json", "--fix")

    pod["metadata"] = {"name": "é", "labels": {"app": "api"}}
    assert written.read_text() == json.dumps(pod, indent=4, ensure_ascii=False)


def test_what_an_alias_stands_for_is_left_to_people(check: Check, write: Write, policies: str) -> None:
    head = POD[: POD.index("spec:")]
    text = f"{POD}---\n{head}x: &on true\nspec: {{hostNetwork: *on, containers: [{{name: a}}]}}\n"
    file = write("pod.yaml", text)

    done = check("--policy", policies, "pod.yaml", "--fix")

    assert file.read_text() == text.replace("hostNetwork: true", "hostNetwork: false")
    assert done.err == (
        "error: pod.yaml:12:1: not mended: /spec/hostNetwork stays as it is: "
        "it comes from an alias or a merge (<<): write it out where it is used\n"
    )


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [
        ("a: 1 # x\n", {"a": 2}, "a: 2 # x\n"),
        ("a: 'x'\n", {"a": "it's"}, "a: 'it''s'\n"),
        ('a: "x"\n', {"a": "y"}, 'a: "y"\n'),
        ("a: x\n", {"a": "yes"}, 'a: "yes"\n'),
        ("a: x\n", {"a": "1.27"}, 'a: "1.27"\n'),
        ("a: x\n", {"a": "nginx:1.27.3"}, "a: nginx:1.27.3\n"),
        ("a: x\n", {"a": None}, "a: null\n"),
        ("a:\nb: 1\n", {"a": True, "b": 1}, "a: true\nb: 1\n"),
        ("a: # why\nb: 1\n", {"a": {"c": {"d": 1}}, "b": 1}, "a: # why\n  c:\n    d: 1\nb: 1\n"),
        ("a: null\n", {"a": ["x", {"p": 1, "z": []}]}, "a:\n- x\n- p: 1\n  z: []\n"),
        ("a: {} # why\n", {"a": {"b": 1}}, "a: # why\n  b: 1\n"),
        ("a: {b: 1}\n", {"a": {"b": 1, "c": {"d": [1, "x y"]}}}, 'a: {b: 1, c: {d: [1, "x y"]}}\n'),
        ("a: [1]\n", {"a": [1, 2]}, "a: [1, 2]\n"),
        ("a: {b: 1, c: 2, d: 3}\n", {"a": {"b": 1, "d": 3}}, "a: {b: 1, d: 3}\n"),
        ("a: {b: 1, c: 2}\n", {"a": {"b": 1}}, "a: {b: 1}\n"),
        ("a: {b: 1}\n", {"a": {}}, "a: {}\n"),
        ("a:\n  b: 1\nc: 2", {"a": {"b": 1, "d": "x"}, "c": 2, "e": 3}, "a:\n  b: 1\n  d: x\nc: 2\ne: 3\n"),
        ("a:\n  # about b\n  b: 1\n\n  # about c\n  c: 2\n", {"a": {"c": 2}}, "a:\n  # about b\n\n  # about c\n  c: 2\n"),
        ("a:\n  b: 1\n", {"a": {}}, "a: {}\n"),
        ("a:\n- x # one\n- z # two\n", {"a": ["z"]}, "a:\n- z # two\n"),
        ("a:\n- w # one\n- x # two\n", {"a": ["w", "x", "z"]}, "a:\n- w # one\n- x # two\n- z\n"),
        ("a:\n  - x\n", {"a": ["x", {"b": 1, "c": [2]}]}, "a:\n  - x\n  - b: 1\n    c:\n      - 2\n"),
        ("- b: 1\n  c: 2\n", [{"c": 2}], "- c: 2\n"),
        ("- b: 1\n", [{}], "- {}\n"),
        ("a: |\n  x\n  y\nb: 1\n", {"a": "x\ny\n", "b": 1, "c": 2}, "a: |\n  x\n  y\nb: 1\nc: 2\n"),
        ("a:\n  b: >-\n    x\n\n# end\n", {"a": {"b": "x", "c": 1}}, "a:\n  b: >-\n    x\n\n  c: 1\n# end\n"),
        ("a:\n  b:\n    c: 1\n# end\n", {"a": {"b": {"c": 1}, "d": 2}}, "a:\n  b:\n    c: 1\n  d: 2\n# end\n"),
        ("a/b~c: 1\n", {"a/b~c": 2}, "a/b~c: 2\n"),
    ],
)  # fmt: skip
def test_a_change_touches_nothing_else(text: str, wanted: JsonValue, result: str) -> None:
    assert rewritten(text, wanted) == (result, [])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: |\n  x\n", {"a": "y"}),
        ("a:\n  b: 1\n", {"a": 1}),
        ("- a\n- c\n", ["a", "b", "c"]),
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 1}, "c": {"b": 2}}),
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 2}, "c": {"b": 1}}),
        ("a: &x {b: 1}\nc: {<<: *x}\n", {"a": {"b": 1}, "c": {"b": 2}}),
        ("? a\n: b: 1\n", {"a": {"b": 1}, "c": 2}),
    ],
)
def test_what_cannot_be_written_without_harm_is_told_and_left(text: str, wanted: JsonValue) -> None:
    result, refused = rewritten(text, wanted)

    assert (result, len(refused)) == (text, 1) or document(Chunk("api.yaml", result, 1, 1)).value == wanted  # type: ignore[union-attr]


TEXTS = st.text("ab1 :#-'\"{}[],\né", max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c d", "on", "1"]), inner, max_size=3),
    max_leaves=10,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES, min_size=1)


@given(VALUES, VALUES)
def test_the_differences_lead_from_one_to_the_other(old: JsonValue, new: JsonValue) -> None:
    wrapped: JsonValue = {"x": old}

    assert apply(wrapped, list(differences(wrapped, {"x": new}))) == {"x": new}


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS, DOCUMENTS, st.booleans())
def test_whatever_is_written_says_what_was_wanted_or_what_it_said_before(old: JsonValue, new: JsonValue, flow: bool) -> None:
    text = yaml.safe_dump(old, default_style='"', default_flow_style=flow, allow_unicode=True)
    (chunk,) = chunks(text, "api.yaml")
    wanted, operations = old, list(differences(old, new))

    result, refused = written(chunk, operations)

    paths = [told.split(" stays as it is: ")[0] for told in refused]
    if not refused:
        wanted = new
        after = document(Chunk("api.yaml", result, 1, 1))
        assert after is not None
        assert after.value == wanted
    assert set(paths) <= {operation["path"] for operation in operations}
