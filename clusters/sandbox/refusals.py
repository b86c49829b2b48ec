"""Refusals as the API server words them: `Status` objects."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from clusters.objects import Object, Resource
from clusters.sandbox.kinds import group_of, qualified


@dataclass
class Refused(Exception):
    code: int
    reason: str
    message: str
    details: Object = field(default_factory=dict)
    retry_after: float | None = None

    def status(self) -> Object:
        known = {"reason": self.reason} if self.reason else {}
        details = {"details": self.details} if self.details else {}
        return {
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, **known, **details, "code": self.code,
        }  # fmt: skip


def details_of(resource: Resource, name: str) -> Object:
    group = group_of(resource)
    return {"name": name, **({"group": group} if group else {}), "kind": resource.plural}


def not_found(resource: Resource, name: str) -> Refused:
    return Refused(404, "NotFound", f'{qualified(resource)} "{name}" not found', details_of(resource, name))


def unknown_path() -> Refused:
    return Refused(404, "NotFound", "the server could not find the requested resource")


def already_exists(resource: Resource, name: str) -> Refused:
    return Refused(409, "AlreadyExists", f'{qualified(resource)} "{name}" already exists', details_of(resource, name))


def conflict(resource: Resource, name: str, why: str) -> Refused:
    message = f'Operation cannot be fulfilled on {qualified(resource)} "{name}": {why}'
    return Refused(409, "Conflict", message, details_of(resource, name))


def modified(resource: Resource, name: str) -> Refused:
    return conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again")


def bad_request(message: str) -> Refused:
    return Refused(400, "BadRequest", message)


def forbidden(resource: Resource, name: str, why: str) -> Refused:
    return Refused(403, "Forbidden", f'{qualified(resource)} "{name}" is forbidden: {why}', details_of(resource, name))


def invalid(resource: Resource, name: str, causes: Iterable[tuple[str, str, str]]) -> Refused:
    """`causes` are (reason, field, message), such as ("FieldValueRequired", "spec.selector", "Required value")."""
    told = [{"reason": reason, "message": message, "field": path} for reason, path, message in causes]
    texts = [f"{cause['field']}: {cause['message']}" for cause in told]
    text = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    group = group_of(resource)
    kind = f"{resource.kind}.{group}" if group else resource.kind
    details = {**details_of(resource, name), "kind": resource.kind, "causes": told}
    return Refused(422, "Invalid", f'{kind} "{name}" is invalid: {text}', details)
