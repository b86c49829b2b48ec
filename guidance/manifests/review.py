"""What an AdmissionReview asks about: an object, and what else its request tells."""

from collections.abc import Mapping
from typing import NamedTuple

from guidance.documents.jsontype import JsonValue

Object = dict[str, JsonValue]
OF_THE_OBJECT = frozenset({"object", "oldObject"})


class Asked(NamedTuple):
    """`place` is the member of the request that has the object, which goes where the request is a deletion; None where it has none."""

    place: str
    manifest: Object | None
    old: Object | None
    namespace: str
    more: Object


def asked(request: Mapping[str, JsonValue]) -> Asked | None:
    """None for a connection, which brings its options as the object."""
    operation, namespace = request.get("operation"), request.get("namespace")
    if operation == "CONNECT":
        return None
    place, replaced = ("oldObject", None) if operation == "DELETE" else ("object", "oldObject")
    return Asked(
        place=place,
        manifest=_object(request, place),
        old=_object(request, replaced) if replaced else None,
        namespace=namespace if isinstance(namespace, str) else "",
        more={name: value for name, value in request.items() if name not in OF_THE_OBJECT},
    )


def _object(request: Mapping[str, JsonValue], name: str) -> Object | None:
    found = request.get(name)
    return found if isinstance(found, dict) else None
