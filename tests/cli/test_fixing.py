"""`--fix` mends the files and nothing else in them; `--diff` shows how."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.manifests.parsing import Chunk, chunks, document
from cli.mending import writing
from cli.mending.differences import differences
from cli.mending.json_text import changed
from cli.mending.layout import Layout
from cli.mending.writing import written
from guidance.documents.jsontype import JsonValue
from guidance.documents.patch import apply
from tests.cli.conftest import POD, Check, Write, WritePolicy

MENDED = POD.replace("hostNetwork: true", "hostNetwork: false")


@pytest.fixture
def labels(policy: WritePolicy) -> str:
    """A policy whose fix brings a member that is not there."""
    return str(
        policy("""
            validations:
            - expression: has(object.metadata.labels)
              message: No labels.
              path: /metadata/labels
              fix: [{set: /metadata/labels/app, value: api}]
        """)
    )


def rewritten(text: str, wanted: JsonValue) -> tuple[str, list[str]]:
    """The text with all differences to what it should say, and what could not be written."""
    (chunk,) = chunks(text, "api.yaml")
    before = document(chunk)
    assert before is not None
    after = written(before, list(differences(before.value, wanted)))
    return after.text, [one.path for one in after.left]


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


def test_each_line_keeps_its_own_break(check: Check, tmp_path: Path, labels: str) -> None:
    pod = tmp_path / "pod.yaml"
    pod.write_bytes(b"apiVersion: v1\r\nkind: Pod\nspec: {containers: [{name: a, image: b}]}\nmetadata:\n  name: x\r\n  namespace: z\r\n")

    check("--policy", labels, "pod.yaml", "--fix")

    assert pod.read_bytes() == (
        b"apiVersion: v1\r\nkind: Pod\nspec: {containers: [{name: a, image: b}]}\nmetadata:\n  name: x\r\n  namespace: z\r\n"
        b"  labels:\r\n    app: api\r\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_encoding_and_byte_order_mark_stay(check: Check, tmp_path: Path, policies: str, encoding: str) -> None:
    mark = "" if encoding == "utf-8-sig" else "\ufeff"
    file = tmp_path / "pod.yaml"
    file.write_bytes((mark + POD.replace("so that", "é")).encode(encoding))

    check("--policy", policies, "pod.yaml", "--fix")

    assert file.read_bytes() == (mark + MENDED.replace("so that", "é")).encode(encoding)


def test_a_diff_shows_the_byte_order_mark_so_that_it_can_be_applied(check: Check, tmp_path: Path, policies: str) -> None:
    text = "metadata: {name: a}\nspec: {hostNetwork: true, containers: [{name: a}]}\napiVersion: v1\nkind: Pod\n"
    (tmp_path / "pod.yaml").write_bytes(text.encode("utf-8-sig"))

    assert "\n \ufeffmetadata: {name: a}\n" in check("--policy", policies, "pod.yaml", "--diff").out


def test_json_stays_json(check: Check, write: Write, labels: str) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "é"}, "spec": {"containers": [{"name": "web"}]}}
    written = write("pod.json", json.dumps(pod, indent=4, ensure_ascii=False))

    check("--policy", labels, "pod.json", "--fix")

    pod["metadata"] = {"name": "é", "labels": {"app": "api"}}
    assert written.read_text() == json.dumps(pod, indent=4, ensure_ascii=False)


def test_json_keeps_its_notation(check: Check, tmp_path: Path, labels: str) -> None:
    """Escapes, numbers, spaces and line ends."""
    text = (
        '{\r\n\t"apiVersion":"v1", "kind" : "Pod",\r\n'
        '\t"metadata": {"name": "a", "annotations": {"b": "\\u003c\\/\\u00e9", "c": ""}},\r\n'
        '\t"spec": {"containers": [ {"name": "web", "resources": {"limits": {"cpu": 1.50, "memory": 1e9}}} ]}\r\n}'
    )
    pod = tmp_path / "pod.json"
    pod.write_bytes(text.encode())

    check("--policy", labels, "pod.json", "--fix")

    assert pod.read_bytes().decode() == text.replace('"c": ""}', '"c": ""}, "labels": {"app": "api"}')


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [
        ('{"a":1,"b":[2]}', {"a": 1, "b": [2], "c": {"d": [3, 4]}}, '{"a":1,"b":[2],"c":{"d":[3,4]}}'),
        ('{"a": 1, "b": 2, "c": 3}', {"b": 2}, '{"b": 2}'),
        ('{\n  "a": 1,\n  "b": {}\n}\n', {"a": True, "b": {"c": [1]}}, '{\n  "a": true,\n  "b": {\n    "c": [\n      1\n    ]\n  }\n}\n'),
        ('[1.0, 2, 3, {"x": 1e3}]', [1.0, {"x": 1000.0}], '[1.0, {"x": 1e3}]'),
        ('[\n  1\n]', [1, 2], '[\n  1,\n  2\n]'),
        ('{"a": [1]}', {"a": []}, '{"a": []}'),
    ],
)  # fmt: skip
def test_a_change_of_json_touches_nothing_else(text: str, wanted: JsonValue, result: str) -> None:
    assert changed(text, wanted) == result


def test_what_an_alias_stands_for_is_left_to_people(check: Check, write: Write, policies: str) -> None:
    head = POD[: POD.index("spec:")]
    text = f"{POD}---\n{head}x: &on true\nspec: {{hostNetwork: *on, containers: [{{name: a}}]}}\n"
    file = write("pod.yaml", text)

    done = check("--policy", policies, "pod.yaml", "--fix")

    assert file.read_text() == text.replace("hostNetwork: true", "hostNetwork: false")
    assert done.err == (
        "error: pod.yaml:18:21: not mended: /spec/hostNetwork stays as it is: "
        "it comes from an alias or a merge (<<): write it out where it is used\n"
    )


def test_what_an_alias_takes_to_another_place_is_left_to_people(check: Check, write: Write, policies: str) -> None:
    text = POD.replace("metadata:", "metadata:\n  labels: {x: *on}").replace("hostNetwork: true", "hostNetwork: &on true")
    head, spec = text.split("metadata:")[0], text[text.index("spec:") :]
    text = head + spec + "metadata: {name: api, annotations: {x: *on}}\n"
    file = write("pod.yaml", text.replace("annotations", "x"))

    done = check("--policy", policies, "pod.yaml", "--fix")

    assert file.read_text() == text.replace("annotations", "x")
    assert done.err == (
        "error: pod.yaml:4:16: not mended: /spec/hostNetwork stays as it is: "
        "another place takes it by an alias (*name) and would change with it: write it out there\n"
    )


def test_places_of_what_is_not_mended_are_those_of_the_file_as_it_is_then(check: Check, write: Write, policy: WritePolicy) -> None:
    file = policy("""
        validations:
        - expression: has(object.metadata.labels)
          message: No labels.
          path: /metadata/labels
          fix: [{set: /metadata/labels/app, value: api}]
        - expression: "!object.spec.?hostNetwork.orValue(false)"
          message: The pod uses the node's network.
          path: /spec/hostNetwork
          fix: [{set: /spec/hostNetwork, value: false}]
    """)
    text = POD.replace("hostNetwork: true", "hostNetwork: *on").replace("metadata:", "x: &on true\nmetadata:")
    write("pod.yaml", text)

    before = check("--policy", str(file), "pod.yaml", "--diff").err
    after = check("--policy", str(file), "pod.yaml", "--fix").err

    assert (before.split(" not")[0], after.split(" not")[0]) == ("error: pod.yaml:8:16:", "error: pod.yaml:10:16:")


@pytest.mark.parametrize("empty", ["---\n# Source: a.yaml\n---\n", "---\n---\n", "---\n# only\n--- # words\n", "# a\n---\n...\n---\n"])
def test_empty_documents_before_one_that_is_mended_stay(check: Check, write: Write, policies: str, empty: str) -> None:
    file = write("pod.yaml", f"{empty}{POD}{empty}")

    check("--policy", policies, "pod.yaml", "--fix")

    assert file.read_text() == f"{empty}{MENDED}{empty}"


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
        ("a:\n  b:\n    c: 1", {"a": {"b": {"c": 1, "d": 2}, "e": 3}, "f": 4}, "a:\n  b:\n    c: 1\n    d: 2\n  e: 3\nf: 4\n"),
        ("a: {b: 1}\nc: 2", {"a": {"b": 3}, "c": 2}, "a: {b: 3}\nc: 2"),
        ("a: [1]\n", {"a": [1, 2, {"b": 3}]}, "a: [1, 2, {b: 3}]\n"),
        ("- a\n", ["a", "b", "c"], "- a\n- b\n- c\n"),
        ("a:\n  b: 1\n  c: 2\n  d: 3\n", {"a": {"e": 4}}, "a:\n  e: 4\n"),
        ("a: {b: 1, c: 2, d: 3}\n", {"a": {}}, "a: {}\n"),
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 2}, "c": {"b": 2}}, "a: &x {b: 2}\nc: *x\n"),
        ("a:\r\n- x\r\nb: 1\r\n", {"a": ["x", "z"], "b": 1, "c": {"d": 1}}, "a:\r\n- x\r\n- z\r\nb: 1\r\nc:\r\n  d: 1\r\n"),
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


def test_what_cannot_be_written_costs_the_rest_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long list in which one element of a hundred cannot be mended is not read again for each change."""
    text = "".join(f"- a: {'>-' if number == 50 else '1'}\n" + ("    x\n" if number == 50 else "") for number in range(100))
    text += "- &x {b: 1}\n- *x\n"
    (chunk,) = chunks(text, "api.yaml")
    before = document(chunk)
    assert before is not None
    wanted: list[JsonValue] = [*({"a": 2} for _ in range(100)), {"b": 2}, {"b": 1}]
    layouts: list[str] = []
    monkeypatch.setattr(writing, "Layout", lambda text: layouts.append(text) or Layout(text))

    done = written(before, list(differences(before.value, wanted)))

    assert [one.path for one in done.left] == ["/50/a", "/100/b"]
    assert done.text == text.replace("a: 1", "a: 2")
    assert len(layouts) < 20


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
    operations = list(differences(old, new))
    before = document(chunk)
    assert before is not None

    done = written(before, operations)

    after = document(Chunk("api.yaml", done.text, 1, 1))
    assert after is not None
    assert {one.path for one in done.left} <= {operation["path"] for operation in operations}
    assert done.left or after.value == new


@given(VALUES, VALUES, st.sampled_from([None, 0, 2, "\t"]), st.booleans(), st.booleans())
def test_json_says_what_was_wanted(old: JsonValue, new: JsonValue, indent: int | str | None, compact: bool, escaped: bool) -> None:
    text = json.dumps(old, indent=indent, separators=(",", ":") if compact else None, ensure_ascii=escaped)

    after = changed(text, new)

    assert json.dumps(json.loads(after), sort_keys=True) == json.dumps(new, sort_keys=True)
    assert changed(after, new) == after
    assert changed(text, old) == text


def test_items_that_do_not_say_their_kind_are_mended_and_still_do_not(check: Check, write: Write, policies: str) -> None:
    item = POD[POD.index("metadata") :].replace("\n", "\n  ").rstrip()
    file = write("pods.yaml", f"apiVersion: v1\nkind: PodList\nitems:\n- {item}\n- {item}\n")
    before = file.read_text()

    check("--policy", policies, "pods.yaml", "--fix")

    assert file.read_text() == before.replace("hostNetwork: true", "hostNetwork: false")


def test_objects_of_json_in_one_file_are_mended_each(check: Check, write: Write, policies: str) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostNetwork": True, "containers": [{"name": "web"}]}}
    file = write("pods.json", f"{json.dumps(pod)}\n{json.dumps(pod, indent=2)}\n\n{json.dumps(pod)}")
    before = file.read_text()

    check("--policy", policies, "pods.json", "--fix")

    assert file.read_text() == before.replace("true", "false")
