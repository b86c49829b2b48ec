"""The objects of a document: itself, the items of a List, what an AdmissionReview asks about."""

from pathlib import Path
from typing import Any

import pytest

from cli.manifests.objects import Item, items
from cli.manifests.parsing import chunks, document
from guidance.documents.pointer import Token
from guidance.documents.source import Problem


def found(text: str) -> list[Item | Problem]:
    documents = [document(chunk) for chunk in chunks(text, "api.yaml")]
    return [one for document in documents if document for one in items(document)]


def identities(text: str) -> list[tuple[str, str, tuple[Token, ...], int]]:
    every = found(text)
    assert all(isinstance(one, Item) for one in every), every
    return [(one.identity["kind"], one.identity["name"], one.at, one.line) for one in every if isinstance(one, Item)]


def told(text: str) -> list[str]:
    return [str(one) for one in found(text) if isinstance(one, Problem)]


LIST = """\
kind: List
apiVersion: v1
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a}}
- apiVersion: v1
  kind: ConfigMapList
  items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {generateName: b-}}
"""
REVIEW = """\
{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
  "uid": "1", "operation": "UPDATE", "namespace": "shop", "userInfo": {"username": "alice"},
  "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},
  "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {}}}
}}
"""


def test_the_items_of_lists_are_objects_of_their_own() -> None:
    assert identities(LIST) == [("Pod", "a", ("items", 0), 4), ("ConfigMap", "b-", ("items", 1, "items", 0), 8)]


def test_an_admission_review_brings_the_object_and_its_request() -> None:
    (item,) = found(REVIEW)

    assert isinstance(item, Item)
    assert (item.at, item.line, item.namespace) == (("request", "object"), 3, "shop")
    assert item.identity == {"apiVersion": "v1", "kind": "Pod", "namespace": "shop", "name": "a"}
    assert item.old == {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {}}}
    assert item.request == {"uid": "1", "operation": "UPDATE", "namespace": "shop", "userInfo": {"username": "alice"}}


def test_a_review_of_a_deletion_is_about_what_goes() -> None:
    (item,) = found(REVIEW.replace("UPDATE", "DELETE").replace('"object": {', '"object": null, "was": {'))

    assert isinstance(item, Item)
    assert (item.at, item.line, item.namespace, item.old) == (("request", "oldObject"), 4, "shop", None)
    assert item.identity == {"apiVersion": "v1", "kind": "Pod", "namespace": "shop", "name": "a"}
    assert item.request["operation"] == "DELETE"


@pytest.mark.parametrize("request_", ["CONNECT, object: null", "CONNECT, object: {apiVersion: v1, kind: PodExecOptions}"])
def test_a_review_of_a_connection_has_nothing_to_judge(request_: str) -> None:
    assert found(f"apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: {{operation: {request_}}}\n") == []


def test_custom_resources_are_objects() -> None:
    assert identities("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n") == [("Widget", "a", (), 1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1\n", "1:1: not an object of Kubernetes, but a list: it should begin with apiVersion and kind"),
        ("just words\n", "1:1: not an object of Kubernetes, but text: it should begin with apiVersion and kind"),
        ("42\n", "1:1: not an object of Kubernetes, but a number: it should begin with apiVersion and kind"),
        ("version: 3\nservices: {}\n", "1:1: not an object of Kubernetes: apiVersion and kind are missing"),
        ("kind: Pod\n", "1:1: not an object of Kubernetes: apiVersion is missing"),
        ("apiVersion: 1\nkind: Pod\n", "1:13: apiVersion must be text, such as apps/v1"),
        ("apiVersion: v1\nkind: [Pod]\n", "2:7: kind must be text, such as Deployment"),
        ("apiVersion: v1\nkind: Pood\n", "2:7: v1 has no kind Pood: did you mean Pod?"),
        ("apiVersion: v1\nkind: Deployment\n", "2:7: v1 has no kind Deployment: it is in apps/v1"),
        ("apiVersion: apps/v1\nkind: Pod\n", "2:7: apps/v1 has no kind Pod: it is in v1"),
        ("apiVersion: apps/v1\nkind: Nothing\n", "2:7: apps/v1 has no kind Nothing"),
        ("apiVersion: apps/v2\nkind: Deployment\n", "1:13: apps/v2 has no kind Deployment: did you mean apps/v1?"),
        ("apiVersion: app/v1\nkind: Deployment\n", "1:13: Kubernetes has no API group app: did you mean apps/v1?"),
        ("kind: List\napiVersion: v1\nitems: [7]\n",
         "3:9: not an object of Kubernetes, but a number: it should begin with apiVersion and kind"),
        ("apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nresponse: {}\n",
         "1:1: this AdmissionReview has no request, so there is nothing to judge"),
        ("apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: {operation: CREATE}\n",
         "3:10: this AdmissionReview has no request.object, so there is nothing to judge"),
        ("apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: {operation: DELETE, object: null}\n",
         "3:10: this AdmissionReview has no request.oldObject, so there is nothing to judge"),
    ],
)  # fmt: skip
def test_what_is_no_object_is_told_with_its_place(text: str, message: str) -> None:
    assert told(text) == [f"api.yaml:{message}"]


def test_lists_in_lists_end_somewhere() -> None:
    inner: dict[str, Any] = {"apiVersion": "v1", "kind": "List", "items": []}
    for _ in range(5):
        inner = {"apiVersion": "v1", "kind": "List", "items": [inner]}

    (item,) = found(str(inner).replace("'", '"'))

    assert isinstance(item, Item)
    assert item.at == ("items", 0, "items", 0)


def test_a_missing_value_is_looked_for_at_its_nearest_parent() -> None:
    (item,) = found("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: web\n")

    assert isinstance(item, Item)
    assert item.spot(("spec", "containers", 0, "resources", "limits")) == (
        6,
        5,
        7,
        1,
        "resources.limits",
        "/spec/containers/web/resources/limits",
    )
    assert item.spot(("spec",)) == (4, 1, 4, 5, "", "/spec")


def test_every_kind_that_policies_name_is_known() -> None:
    """A manifest of an example must not be refused as misspelt."""
    packs = Path(__file__).parents[2] / "guidance" / "packs"
    manifests = [found(file.read_text()) for file in sorted(packs.glob("*/*.yaml"))]

    assert len(manifests) > 60
    assert [str(one) for every in manifests for one in every if isinstance(one, Problem)] == []


def test_the_items_of_a_list_for_one_kind_need_not_say_what_they_are() -> None:
    said = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}"
    text = f"apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {{name: a}}\n- {said}\n"

    assert identities(text) == [("Deployment", "a", ("items", 0), 4), ("Deployment", "b", ("items", 1), 5)]
    assert [one.manifest["apiVersion"] for one in found(text) if isinstance(one, Item)] == ["apps/v1", "apps/v1"]


@pytest.mark.parametrize("kind", ["List", "PodList"])
@pytest.mark.parametrize("none", ["null", "[]"])
def test_a_list_of_nothing_has_nothing_to_judge(kind: str, none: str) -> None:
    assert found(f"apiVersion: v1\nkind: {kind}\nitems: {none}\n") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("apiVersion: v1\nkind: List\nitem: []\n", "1:1: this List has no items, so there is nothing to judge"),
        ("apiVersion: v1\nkind: List\nitems: {a: 1}\n", "3:8: items must be a list"),
        ("apiVersion: v1\nkind: List\nitems: [{metadata: {name: a}}]\n",
         "3:9: not an object of Kubernetes: apiVersion and kind are missing"),
        ("apiVersion: v1\nkind: PodList\nitems: [{kind: Pod}]\n", "3:9: not an object of Kubernetes: apiVersion is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_list_is_told(text: str, message: str) -> None:
    assert told(text) == [f"api.yaml:{message}"]


def test_custom_resources_that_are_called_lists_are_objects() -> None:
    assert identities("apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\n") == [("AllowList", "a", (), 1)]
