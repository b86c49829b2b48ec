"""The objects of a document: itself, the items of a List, or what an AdmissionReview asks about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cli.errors import BadInput
from cli.manifests.kinds import mistake
from cli.manifests.parsing import Document
from cli.manifests.places import named
from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import Token, dotted
from guidance.documents.source import Problem
from guidance.manifests.review import asked

Object = dict[str, JsonValue]
REVIEW_GROUP = "admission.k8s.io/"
LIST = "List"
DEEPEST_LIST = 2
"""Lists may lie in Lists, but not without end."""


class Spot(NamedTuple):
    """Where to look in a file: lines and columns count from 1. `missing` is what should be there and is not: `resources.limits`.

    `place` is where in the object, by names in place of numbers.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    missing: str = ""
    place: str = ""


@dataclass(frozen=True)
class Item:
    """One object to judge, and where it was written. A review brings its namespace, the old object and more about its request.

    Of a deletion it is the object that goes.
    """

    document: Document
    at: tuple[Token, ...]
    manifest: Object
    namespace: str = ""
    old: Object | None = None
    request: Object = field(default_factory=dict)
    review: Object | None = None
    """The request of the review, as it was sent."""

    @property
    def file(self) -> str:
        return self.document.chunk.file

    @property
    def identity(self) -> dict[str, str]:
        """What people know it by: apiVersion, kind, namespace, name; "" for what it does not say."""
        metadata = self.manifest.get("metadata")
        known: Mapping[str, JsonValue] = metadata if isinstance(metadata, dict) else {}
        return {
            "apiVersion": _text(self.manifest.get("apiVersion")),
            "kind": _text(self.manifest.get("kind")),
            "namespace": _text(known.get("namespace")) or self.namespace,
            "name": _text(known.get("name")) or _text(known.get("generateName")),
        }

    @property
    def line(self) -> int:
        return self.spot(()).line if self.at else self.document.line

    def spot(self, tokens: tuple[Token, ...]) -> Spot:
        """Where a value of the object is written; the nearest parent that is there when it is missing."""
        place, missing = self.document.nearest((*self.at, *tokens))
        rest = missing[-len(tokens) :] if tokens else ()
        return Spot(*place, dotted(rest) if rest else "", named(self.manifest, tokens))


def items(document: Document) -> Iterator[Item | Problem]:
    """In their order; what is no object of Kubernetes is a Problem in its place."""
    yield from _items(document, (), document.value, 0)


def _items(document: Document, at: tuple[Token, ...], value: JsonValue, level: int) -> Iterator[Item | Problem]:
    try:
        api_version, kind = _kind(document, at, value)
    except BadInput as error:
        yield error.problem
        return
    assert isinstance(value, dict)  # noqa: S101 it has a kind
    if api_version.startswith(REVIEW_GROUP) and kind == "AdmissionReview":
        yield from _reviewed(document, at, value)
    elif level < DEEPEST_LIST and _is_list(kind, value):
        yield from _listed(document, at, value, level)
    else:
        yield Item(document, at, value)


def _is_list(kind: str, value: Object) -> bool:
    """A custom resource may be called anything, but has no `items` that are a list, or nothing as clients of Kubernetes write it."""
    return kind == LIST or (kind.endswith(LIST) and isinstance(value.get("items", ""), list | None))


def _listed(document: Document, at: tuple[Token, ...], value: Object, level: int) -> Iterator[Item | Problem]:
    """The items of a list for one kind, as the API serves it, need not say what they are."""
    inner, kind = value.get("items", ""), str(value["kind"])
    if not isinstance(inner, list | None):
        told = "items must be a list" if inner else "this List has no items, so there is nothing to judge"
        yield _refused(Item(document, at, value), ("items",), told).problem
        return
    for index, item in enumerate(inner or ()):
        if kind != LIST and isinstance(item, dict) and "kind" not in item and "apiVersion" not in item:
            item = {**item, "apiVersion": value["apiVersion"], "kind": kind.removesuffix(LIST)}  # noqa: PLW2901 the same with its kind
        yield from _items(document, (*at, "items", index), item, level + 1)


def _kind(document: Document, at: tuple[Token, ...], value: JsonValue) -> tuple[str, str]:
    """Raises BadInput where it is none."""
    item = Item(document, at, {})
    if not isinstance(value, dict):
        called = {list: "a list", str: "text", type(None): "empty"}.get(type(value), "a number")
        raise _refused(item, (), f"not an object of Kubernetes, but {called}: it should begin with apiVersion and kind")
    missing = [name for name in ("apiVersion", "kind") if not value.get(name)]
    if missing:
        raise _refused(item, (), f"not an object of Kubernetes: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    api_version, kind = value["apiVersion"], value["kind"]
    for name, text in (("apiVersion", api_version), ("kind", kind)):
        if not isinstance(text, str):
            raise _refused(item, (name,), f"{name} must be text, such as {'apps/v1' if name == 'apiVersion' else 'Deployment'}")
    if wrong := mistake(str(api_version), str(kind)):
        raise _refused(item, (wrong.member,), wrong.told)
    return str(api_version), str(kind)


def _reviewed(document: Document, at: tuple[Token, ...], review: Object) -> Iterator[Item | Problem]:
    request = review.get("request")
    here = Item(document, at, review)
    if not isinstance(request, dict):
        yield _refused(here, (), "this AdmissionReview has no request, so there is nothing to judge").problem
        return
    about = asked(request)
    if about is None:
        return
    if about.manifest is None:
        yield _refused(here, ("request",), f"this AdmissionReview has no request.{about.place}, so there is nothing to judge").problem
        return
    yield Item(document, (*at, "request", about.place), about.manifest, about.namespace, about.old, about.more, request)


def _refused(item: Item, tokens: tuple[Token, ...], message: str) -> BadInput:
    spot = item.spot(tokens)
    return BadInput(Problem(item.file, spot.line, spot.column, message))


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
