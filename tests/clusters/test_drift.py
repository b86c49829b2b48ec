import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.drift import Change, difference, essence, render
from clusters.objects import Object
from tests.clusters.manifests import container, deployment

LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab/~", max_size=3)
KEYS = st.text("ab/~", min_size=1, max_size=3)
VALUES = st.recursive(
    LEAVES,
    lambda below: st.lists(below.filter(lambda item: item is not None), max_size=3) | st.dictionaries(KEYS, below, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4).map(lambda content: {"metadata": {"name": "x"}, "content": content})


def test_the_essence_is_without_status_and_bookkeeping() -> None:
    live = deployment("api", "payments")
    kept = copy.deepcopy(live)
    live["status"] = {"replicas": 1}
    live["metadata"] |= {"uid": "u", "resourceVersion": "7", "generation": 2, "managedFields": [], "creationTimestamp": "2026"}

    assert essence(live) == kept
    assert live["metadata"]["uid"] == "u"


def test_a_changed_value_is_found_by_its_pointer() -> None:
    before, after = deployment("api", "payments", replicas=1), deployment("api", "payments", replicas=3)

    assert difference(before, after) == [Change("/spec/replicas", 1, 3)]


def test_containers_are_matched_by_name_not_by_position() -> None:
    before = deployment("api", "payments", container("api"), container("proxy"))
    after = deployment("api", "payments", container("proxy", image="proxy:2"))

    assert difference(before, after) == [
        Change("/spec/template/spec/containers/0", container("api"), None),
        Change("/spec/template/spec/containers/0/image", "registry.example/api:1", "proxy:2"),
    ]


def test_another_order_of_the_same_containers_is_a_change() -> None:
    before = deployment("api", "payments", container("api"), container("proxy"))
    after = deployment("api", "payments", container("proxy"), container("api"))

    assert difference(before, after) == [Change("/spec/template/spec/containers", ["api", "proxy"], ["proxy", "api"])]


def test_what_is_created_or_deleted_is_one_change() -> None:
    manifest = deployment("api", "payments")

    assert difference(None, manifest) == [Change("", None, manifest)]
    assert difference(manifest, None) == [Change("", manifest, None)]
    assert difference(None, None) == []


def test_slashes_and_tildes_in_keys_are_escaped() -> None:
    before: Object = {"metadata": {"name": "x", "labels": {"app.kubernetes.io/name": "a", "a~b": "1"}}}
    after: Object = {"metadata": {"name": "x", "labels": {"app.kubernetes.io/name": "b", "a~b": "2"}}}

    assert [change.path for change in difference(before, after)] == ["/metadata/labels/app.kubernetes.io~1name", "/metadata/labels/a~0b"]


def secret(**data: str) -> Object:
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": str(data)}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "annotations": annotations}, "data": data}


def test_values_of_secrets_are_never_told_only_which_changed() -> None:
    before, after = secret(user="YWxpY2U=", password="b2xk", gone="Z29uZQ=="), secret(user="YWxpY2U=", password="bmV3", added="YWRk")

    changes, text = difference(before, after), render(before, after)

    assert changes == [
        Change("/data/password", "(hidden)", "(hidden, changed)"),
        Change("/data/gone", "(hidden)", None),
        Change("/data/added", None, "(hidden)"),
    ]
    for value in ("YWxpY2U=", "b2xk", "bmV3", "Z29uZQ==", "YWRk"):
        assert value not in text + str(changes) + render(None, after) + render(before, None)


def test_people_read_a_unified_diff_of_yaml() -> None:
    before: Object = {"kind": "ResourceQuota", "metadata": {"name": "compute", "uid": "u"}, "spec": {"hard": {"pods": "10"}}}
    after: Object = {"kind": "ResourceQuota", "metadata": {"name": "compute"}, "spec": {"hard": {"pods": "20"}}}

    assert render(before, after) == (
        "--- before\n+++ after\n kind: ResourceQuota\n metadata:\n   name: compute\n spec:\n   hard:\n-    pods: '10'\n+    pods: '20'\n"
    )
    assert render(before, before) == ""


def test_a_text_of_several_lines_is_compared_line_by_line() -> None:
    before, after = ({"data": {"run.sh": f"set -e\nsleep {seconds}\nexit 0\n"}, "metadata": {}} for seconds in (1, 2))

    assert render(before, after).splitlines()[2:] == [
        " data:", "   run.sh: |", "     set -e", "-    sleep 1", "+    sleep 2", "     exit 0", " metadata: {}",
    ]  # fmt: skip


@settings(deadline=None)
@given(OBJECTS, OBJECTS)
def test_states_differ_exactly_when_changes_are_told(before: Object, after: Object) -> None:
    changes = difference(before, after)

    assert bool(changes) == (canonical(before) != canonical(after))
    assert bool(render(before, after)) or not changes


@settings(deadline=None)
@given(OBJECTS, OBJECTS)
def test_each_pointer_leads_to_what_it_tells(before: Object, after: Object) -> None:
    for change in difference(before, after):
        if change.after is not None:
            assert at(after, change.path) == change.after
        else:
            assert at(before, change.path) == change.before


def canonical(obj: Object) -> str:
    return json.dumps(without_nulls(essence(obj)), sort_keys=True)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def at(value: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


@pytest.mark.parametrize("flag", [True, False])
def test_a_flag_is_not_a_number(flag: bool) -> None:
    before: Object = {"metadata": {"name": "x"}, "data": int(flag)}
    after: Object = {"metadata": {"name": "x"}, "data": flag}

    assert difference(before, after) == [Change("/data", int(flag), flag)]
