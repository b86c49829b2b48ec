"""JSON pointers and patches."""

import copy

import pytest
from pydantic import JsonValue

from guidance.documents.patch import CannotPatch, Operation, Step, apply, operations
from guidance.documents.pointer import NotAList, dotted, expand, find, parse, pointer


def test_pointers_escape_slash_and_tilde() -> None:
    tokens = ("metadata", "labels", "a/b~1~0", "", 3)

    assert pointer(tokens) == "/metadata/labels/a~1b~01~00//3"
    assert parse(pointer(tokens)) == ("metadata", "labels", "a/b~1~0", "", "3")
    assert (pointer(()), parse("")) == ("", ())


def test_a_pointer_must_start_with_a_slash() -> None:
    with pytest.raises(ValueError, match="starts with a slash"):
        parse("spec")


def test_a_place_in_a_sentence() -> None:
    assert dotted(("spec", "containers", 0, "image")) == "spec.containers[0].image"
    assert dotted(()) == "the document"


@pytest.mark.parametrize(
    ("tokens", "value"), [(("a", "0"), 1), (("a", "00"), None), (("a", "2"), None), (("a", "-1"), None), (("b", "c"), None)]
)
def test_what_is_not_there_is_none(tokens: tuple[str, ...], value: JsonValue) -> None:
    assert find({"a": [1, 2], "b": "text"}, tokens) == value


def test_wildcards_lead_to_every_element() -> None:
    document: JsonValue = {"a": [{"b": [1, 2]}, {}, {"b": [3]}]}

    assert [(pointer(at), value) for at, value in expand(document, ("a", "*", "b", "*"))] == [
        ("/a/0/b/0", 1),
        ("/a/0/b/1", 2),
        ("/a/2/b/0", 3),
    ]
    with pytest.raises(NotAList, match="a must be a list"):
        list(expand({"a": "text"}, ("a", "*")))


@pytest.mark.parametrize(
    ("document", "step", "patch"),
    [
        ({}, Step(("a", "b", "c"), 1), [{"op": "add", "path": "/a", "value": {"b": {"c": 1}}}]),
        ({"a": {}}, Step(("a", "b", "c"), 1), [{"op": "add", "path": "/a/b", "value": {"c": 1}}]),
        ({"a": None}, Step(("a", "b"), 1), [{"op": "replace", "path": "/a", "value": {"b": 1}}]),
        ({"a": {"b": 2}}, Step(("a", "b"), 1), [{"op": "replace", "path": "/a/b", "value": 1}]),
        ({"a": {"b": 1}}, Step(("a", "b"), 1), []),
        ({"a": {"b": 1}}, Step(("a", "b"), True), [{"op": "replace", "path": "/a/b", "value": True}]),
        ({"a": [1]}, Step(("a", "-"), 2), [{"op": "add", "path": "/a/-", "value": 2}]),
        ({"a": [1, 2]}, Step(("a", 0), None), [{"op": "remove", "path": "/a/0"}]),
        ({"a": {"b": None}}, Step(("a", "b"), None), [{"op": "remove", "path": "/a/b"}]),
        ({"a": {}}, Step(("a", "b", "c"), None), []),
    ],
)
def test_a_step_becomes_the_smallest_patch(document: JsonValue, step: Step, patch: list[Operation]) -> None:
    before = copy.deepcopy(document)

    assert operations(document, [step]) == patch
    assert document == before


def test_steps_build_on_each_other() -> None:
    patch = operations({}, [Step(("a", "b"), 1), Step(("a", "c"), 2)])

    assert patch == [{"op": "add", "path": "/a", "value": {"b": 1}}, {"op": "add", "path": "/a/c", "value": 2}]
    assert apply({}, patch) == {"a": {"b": 1, "c": 2}}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/a/9", "value": 1},
        {"op": "replace", "path": "/b", "value": 1},
        {"op": "remove", "path": "/b"},
        {"op": "remove", "path": "/a/-"},
        {"op": "add", "path": "/a/9", "value": 1},
        {"op": "add", "path": "/text/x", "value": 1},
        {"op": "add", "path": "/b/c", "value": 1},
        {"op": "add", "path": "", "value": 1},
        {"op": "test", "path": "/a", "value": 1},
        {"path": "/a"},
    ],
)
def test_a_patch_that_does_not_fit_is_refused(operation: Operation) -> None:
    document: JsonValue = {"a": [1], "text": "x"}

    with pytest.raises(CannotPatch):
        apply(document, [operation])

    assert document == {"a": [1], "text": "x"}
