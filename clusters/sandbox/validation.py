"""The rules of the kinds that people change here, refused as the API server refuses them (422)."""

import re
from collections.abc import Iterator

from clusters.objects import Object
from clusters.sandbox.kinds import KINDS
from clusters.sandbox.refusals import invalid

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.:]{0,251}[a-z0-9])?")
Cause = tuple[str, str, str]


def validate(obj: Object, former: Object | None) -> None:
    """Raises Refused (422) naming every field that is wrong."""
    causes = [*_metadata(obj, former), *_of_kind(obj, former)]
    if causes:
        raise invalid(KINDS[obj["kind"]], obj["metadata"]["name"], causes)


def _metadata(obj: Object, former: Object | None) -> Iterator[Cause]:
    if not _NAME.fullmatch(obj["metadata"]["name"]):
        why = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'"
        yield "FieldValueInvalid", "metadata.name", f'Invalid value: "{obj["metadata"]["name"]}": {why}'
    if former is not None and obj["metadata"].get("uid", former["metadata"]["uid"]) != former["metadata"]["uid"]:
        uid = obj["metadata"]["uid"]
        yield "FieldValueInvalid", "metadata.uid", f'Invalid value: "{uid}": field is immutable'


def _of_kind(obj: Object, former: Object | None) -> Iterator[Cause]:
    if obj["kind"] == "Deployment":
        yield from _deployment(obj, former)
    elif obj["kind"] == "Pod":
        yield from _pod(obj.get("spec") or {}, "spec")


def _deployment(obj: Object, former: Object | None) -> Iterator[Cause]:
    spec = obj.get("spec") or {}
    template, selector = spec.get("template") or {}, spec.get("selector")
    if not selector:
        yield "FieldValueRequired", "spec.selector", "Required value"
    labels = (template.get("metadata") or {}).get("labels") or {}
    wanted = (selector or {}).get("matchLabels") or {}
    if selector and any(labels.get(key) != value for key, value in wanted.items()):
        yield "FieldValueInvalid", "spec.template.metadata.labels", f"Invalid value: {labels}: `selector` does not match template `labels`"
    if spec.get("replicas", 0) < 0:
        yield "FieldValueInvalid", "spec.replicas", f"Invalid value: {spec['replicas']}: must be greater than or equal to 0"
    yield from _pod(template.get("spec") or {}, "spec.template.spec")
    if former is not None and selector != former["spec"]["selector"]:
        yield "FieldValueInvalid", "spec.selector", f"Invalid value: {selector}: field is immutable"


def _pod(spec: Object, path: str) -> Iterator[Cause]:
    if not spec.get("containers"):
        yield "FieldValueRequired", f"{path}.containers", "Required value"
    names: set[str] = set()
    for index, container in enumerate(spec.get("containers") or ()):
        at = f"{path}.containers[{index}]"
        for field in ("name", "image"):
            if not container.get(field):
                yield "FieldValueRequired", f"{at}.{field}", "Required value"
        if container.get("name") in names:
            yield "FieldValueDuplicate", f"{at}.name", f'Duplicate value: "{container["name"]}"'
        names.add(container.get("name", ""))
