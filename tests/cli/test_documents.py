"""What a file holds, with the line of everything; what cannot be read does not hide the rest."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli.errors import BadInput
from cli.manifests.parsing import MAX_DEPTH, Document, chunks, document
from guidance.documents.jsontype import JsonValue


def read(text: str) -> list[Document]:
    found = [document(chunk) for chunk in chunks(text, "api.yaml")]
    return [one for one in found if one]


def values(text: str) -> list[JsonValue]:
    return [one.value for one in read(text)]


def refused(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        read(text)
    return str(caught.value)


def test_documents_are_numbered_and_know_their_lines() -> None:
    found = read("# first\n\na: 1\n---\n---\n# second\nb: 2\n--- {c: 3}\n---\n# nothing\n")

    assert [(one.chunk.number, one.line, one.value) for one in found] == [(1, 3, {"a": 1}), (2, 7, {"b": 2}), (3, 8, {"c": 3})]


def test_a_comment_before_the_separator_belongs_to_the_document_after_it() -> None:
    (chunk,) = chunks("# about a\n---\na: 1\n", "api.yaml")

    assert (chunk.text, chunk.line, chunk.number) == ("# about a\n---\na: 1\n", 1, 1)


@pytest.mark.parametrize("text", ["", "\n", "# only words\n", "---\n", "---\n---\n", "%YAML 1.1\n---\n", "null\n", "--- # x\n...\n"])
def test_files_that_hold_nothing(text: str) -> None:
    assert values(text) == []


def test_three_dashes_in_a_text_are_no_separator() -> None:
    assert values("a: |\n  ---\n  b\nc: x---y\n") == [{"a": "---\nb\n", "c": "x---y"}]


def test_every_value_has_its_place() -> None:
    (found,) = read('---\nspec:\n  ports: [80, {name: "http"}]\n  empty:\n  list:\n  - é: x # why\n')

    assert {at: found.place(at) for at in [("spec",), ("spec", "ports"), ("spec", "ports", 1, "name"), ("spec", "empty")]} == {
        ("spec",): (2, 1, 2, 5),
        ("spec", "ports"): (3, 10, 3, 30),
        ("spec", "ports", 1, "name"): (3, 22, 3, 28),
        ("spec", "empty"): (4, 3, 4, 8),
    }
    assert (found.place(("spec", "list", 0)), found.place(("spec", "list", 0, "é"))) == ((6, 5, 7, 1), (6, 8, 6, 9))
    assert found.place(("nowhere",)) is None


def test_keys_are_text_as_kubernetes_makes_them() -> None:
    assert values("8080: a\ntrue: b\nyes2: c\n") == [{"8080": "a", "true": "b", "yes2": "c"}]


def test_aliases_and_merges_are_followed() -> None:
    text = "base: &base {a: 1, b: 2}\nuse: *base\nmore: {<<: *base, b: 3}\nmany: {<<: [{a: 9}, *base], c: 4}\nlist: [&x z, *x]\n"

    assert values(text) == [
        {
            "base": {"a": 1, "b": 2},
            "use": {"a": 1, "b": 2},
            "more": {"b": 3, "a": 1},
            "many": {"c": 4, "a": 9, "b": 2},
            "list": ["z", "z"],
        }
    ]


def test_tags_that_kubernetes_knows() -> None:
    assert values("a: !!str 1\nb: !!int '2'\nc: !!float 3\nd: !!binary aGk=\ne: ! x\nf: !!bool 'yes'\ng: !!map {h: !!null ''}\n") == [
        {"a": "1", "b": 2, "c": 3.0, "d": "hi", "e": "x", "f": True, "g": {"h": None}}
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1: the key 'a' appears twice: keep one of them"),
        ("x:\n  - {a: 1, a: 1}\n", "2:12: the key 'a' appears twice: keep one of them"),
        ("1: a\n'1': b\n", "2:1: the key '1' appears twice: keep one of them"),
        ("a: [\n", "2:1: not YAML: did not find expected node content"),
        ("a: b: c\n", "1:5: not YAML: mapping values are not allowed in this context"),
        ("a:\n\t- b\n", "2:1: not YAML: found character that cannot start any token. The line begins with a tab: indent with spaces"),
        ("a: 1\nb: \x01\n", "2:1: not YAML: the character U+0001 is not allowed"),
        ("a: *b\n", "1:4: the alias *b stands for nothing: no &b is before it"),
        ("a: &a [*a]\n", "1:8: the alias *a stands for nothing: no &a is before it"),
        ("? [a]\n: 1\n", "1:3: a key must be text, not a list or a mapping"),
        ("null: 1\n", "1:1: the key 'null' is not text: quote it"),
        ("1.5: 1\n", "1:1: the key '1.5' is not text: quote it"),
        ("a: !secret x\n", "1:4: the tag !secret does not fit 'x': remove it"),
        ("a: !!int x\n", "1:4: the tag tag:yaml.org,2002:int does not fit 'x': remove it"),
        ("a: !!set {b}\n", "1:4: the tag tag:yaml.org,2002:set means nothing to Kubernetes: remove it"),
        ("a: !!binary '*'\n", "1:4: !!binary holds no base64 of text"),
        ("{<<: 1}\n", "1:6: only mappings can be merged: <<: *name"),
        ("a: 1\n...\n--- \nb: 1\n...\nc: 1\n", "6:1: not YAML: did not find expected <document start>"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_place(text: str, message: str) -> None:
    assert refused(text) == f"api.yaml:{message}"


def test_a_template_is_recognised() -> None:
    message = refused("metadata:\n  name: {{ .Values.name }}\n")

    assert message == (
        "api.yaml:2:10: a key must be text, not a list or a mapping."
        " This looks like a template: render it first, such as by helm template CHART | autonomy check -"
    )


def test_lines_count_from_the_begin_of_the_file() -> None:
    assert refused("a: 1\n---\nb: 1\n---\nc: 1\nc: 2\n") == "api.yaml:6:1: the key 'c' appears twice: keep one of them"


@pytest.mark.parametrize("text", ["[" * 10_000, "{a: " * 10_000, "".join(f"{' ' * n}a:\n" for n in range(10_000)), "- " * 10_000])
def test_nesting_without_end_is_refused(text: str) -> None:
    assert f": nested more than {MAX_DEPTH} levels deep" in refused(text)


def test_aliases_that_explode_are_refused() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for letter in range(ord("b"), ord("k")):
        bomb += f"{chr(letter)}: &{chr(letter)} [{', '.join(['*' + chr(letter - 1)] * 10)}]\n"

    assert refused(bomb) == "api.yaml:5:36: aliases stand for more than 100000 values: write them out"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=3),
    max_leaves=15,
)


@given(st.lists(st.dictionaries(st.text("abc", min_size=1), VALUES, min_size=1), max_size=3))
def test_what_was_written_as_yaml_is_read_again(documents: list[dict[str, JsonValue]]) -> None:
    text = "".join("---\n" + yaml.safe_dump(one, allow_unicode=True, default_style='"') for one in documents)

    assert values(text) == documents


def test_objects_of_json_need_no_separator() -> None:
    found = read('\n{"a": {"b": 1}}{"c":\n 2} {"d": 3}\n\n{"e": [4]}\n')

    assert [(one.chunk.number, one.line, one.value) for one in found] == [
        (1, 2, {"a": {"b": 1}}),
        (2, 2, {"c": 2}),
        (3, 3, {"d": 3}),
        (4, 5, {"e": [4]}),
    ]
    assert [found[0].place(("a", "b")), found[1].place(("c",)), found[2].place(("d",)), found[3].place(("e", 0))] == [
        (2, 13, 2, 14),
        (2, 17, 2, 20),
        (3, 11, 3, 12),
        (5, 8, 5, 9),
    ]


def test_the_chunks_of_a_file_are_the_whole_file() -> None:
    text = ' {"a": 1}{"b": 2}\n{"c": 3}\n\n'

    assert "".join(chunk.text for chunk in chunks(text, "api.json")) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1}\n{"b": 2, "b": 3}', "2:10: the key 'b' appears twice: keep one of them"),
        ('{"a": 1} {"b": 2, "b": 3}', "1:19: the key 'b' appears twice: keep one of them"),
        ('{"a": 1}\n{"b": ', "2:1: not YAML: did not find expected <document start>"),
    ],
)
def test_what_is_wrong_in_objects_of_json_has_its_place(text: str, message: str) -> None:
    assert refused(text) == f"api.yaml:{message}"


def test_json_writes_characters_beyond_16_bits_as_pairs() -> None:
    text = r'{"a": "\uD83D\uDE00\ud83d\ude01 \\ud83d\\ude00 \\\ud83d\ude00 é \u00e9"}'

    assert values(text) == [json.loads(text)]
    assert values(f"{text}\n{text}") == [json.loads(text), json.loads(text)]
    assert refused('{"a": "\\ud83d"}') == "api.yaml:1:10: not YAML: found invalid Unicode character escape code"
