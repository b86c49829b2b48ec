"""Objects of a wrong shape, refused in the words that the API server has for each way of writing."""

import json

from clusters.objects import Object
from clusters.sandbox.refusals import Refused, bad_request
from clusters.sandbox.schema import QUANTITY, UNDECLARED, Flaw, flaws


def refuse_applied(manifest: Object) -> None:
    """Raises Refused (500, as Kubernetes does) for an apply."""
    found = flaws(manifest)
    group, _, version = manifest["apiVersion"].rpartition("/")
    kind = f"{group}/{version}, Kind={manifest['kind']}"
    metadata = manifest["metadata"]
    name = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
    if texts := [f"{flaw.path}: {flaw.message}" for flaw in found if flaw.message != QUANTITY]:
        text = texts[0] if len(texts) == 1 else "errors:\n  " + "\n  ".join(texts)
        raise Refused(500, "", f"failed to create typed patch object ({name}; {kind}): {text}")
    if found:
        why = f"unable to convert unstructured object to {kind}: {QUANTITY}"
        raise Refused(500, "", f"failed to convert new object ({name}; {kind}) to proper version: {why}")


def refuse_sent(obj: Object, *, strict: bool) -> None:
    """Raises Refused (400) for an object that is created or replaced."""
    if why := _undecodable(flaws(obj), strict=strict):
        kind, version = obj["kind"], obj["apiVersion"].rpartition("/")[2]
        raise bad_request(f'{kind} in version "{version}" cannot be handled as a {kind}: {why}')


def refuse_patched(obj: Object, *, strict: bool) -> None:
    """Raises Refused (422) for an object as a merge patch would leave it."""
    if why := _undecodable(flaws(obj), strict=strict):
        message = f"Invalid value: {json.dumps(json.dumps(obj))}: {why}"
        cause = {"reason": "FieldValueInvalid", "message": message, "field": "patch"}
        raise Refused(422, "Invalid", f' "" is invalid: patch: {message}', {"causes": [cause]})


def _undecodable(found: list[Flaw], *, strict: bool) -> str:
    """What a decoder of JSON would say; empty when it would not mind."""
    for flaw in found:
        if flaw.message == QUANTITY:
            return QUANTITY
        if flaw.unmarshal:
            return f"json: cannot unmarshal {flaw.unmarshal}"
    unknown = ", ".join(f'unknown field "{flaw.json_path}"' for flaw in found if flaw.message == UNDECLARED)
    return f"strict decoding error: {unknown}" if unknown and strict else ""
