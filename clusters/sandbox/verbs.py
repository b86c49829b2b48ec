"""What can be done to objects: every verb of the API as one method, from the request's body to the stored object."""

import uuid
from dataclasses import dataclass
from typing import Any

from clusters.objects import Object, Resource
from clusters.sandbox import quota
from clusters.sandbox.defaults import with_defaults, without_nulls
from clusters.sandbox.journal import Key
from clusters.sandbox.kinds import KINDS, SCALABLE, WITH_GENERATION
from clusters.sandbox.ownership import Manager, apply, now, take_over
from clusters.sandbox.refusals import already_exists, bad_request, conflict, details_of, modified, not_found, unknown_path
from clusters.sandbox.shapes import refuse_applied, refuse_patched, refuse_sent
from clusters.sandbox.store import Store
from clusters.sandbox.validation import validate


@dataclass(frozen=True)
class Target:
    """What a path names; `name` is empty for a collection, `namespace` for all of them or for objects of the whole cluster."""

    resource: Resource
    namespace: str
    name: str
    subresource: str = ""

    @property
    def key(self) -> Key:
        return Key(self.resource.kind, self.namespace, self.name)


@dataclass(frozen=True)
class Options:
    """The query parameters of a write."""

    manager: str
    dry_run: bool = False
    strict: bool = False
    force: bool = False


@dataclass(frozen=True)
class Result:
    object: Object
    created: bool = False
    changed: bool = False


class Verbs:
    """Raises Refused for whatever the API server would not do."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, target: Target) -> Object:
        live = self._live(target)
        return _scale_of(live) if target.subresource == "scale" else live

    def create(self, target: Target, body: Object, options: Options) -> Result:
        obj = self._addressed(target, without_nulls(body))
        if prefix := obj["metadata"].pop("generateName", ""):
            obj["metadata"].setdefault("name", prefix + uuid.uuid4().hex[:5])
        if not obj["metadata"].get("name"):
            raise bad_request("name or generateName is required")
        if self._store.get(Key(obj["kind"], target.namespace, obj["metadata"]["name"])):
            raise already_exists(target.resource, obj["metadata"]["name"])
        if obj["metadata"].get("resourceVersion"):
            raise bad_request("resourceVersion should not be set on objects to be created")
        refuse_sent(obj, strict=options.strict)
        return self._finish(with_defaults(obj), None, Manager(options.manager, "Update", obj["apiVersion"]), options)

    def apply(self, target: Target, body: Object, options: Options) -> Result:
        manifest = self._addressed(target, without_nulls(body))
        live = self._store.get(target.key)
        refuse_applied(manifest)
        precondition = {key: manifest["metadata"].pop(key, "") for key in ("uid", "resourceVersion")}
        manager = Manager(options.manager, "Apply", manifest["apiVersion"])
        new = apply(live, manifest, manager, force=options.force)
        self._check_precondition(target, live, precondition)
        return self._finish(with_defaults(new), live, None, options)

    def merge_patch(self, target: Target, patch: Object, options: Options) -> Result:
        live = self._live(target)
        shown = _scale_of(live) if target.subresource == "scale" else live
        new = merged(shown, patch)
        precondition = {key: (patch.get("metadata") or {}).get(key, "") for key in ("uid", "resourceVersion")}
        if not target.subresource:
            refuse_patched(new, strict=options.strict)
        return self._update(target, live, new, precondition, options)

    def put(self, target: Target, body: Object, options: Options) -> Result:
        live = self._live(target)
        if not target.subresource:
            refuse_sent(self._addressed(target, body), strict=options.strict)
        metadata = body.get("metadata") or {}
        precondition = {key: metadata.get(key, "") for key in ("uid", "resourceVersion")}
        return self._update(target, live, without_nulls(body), precondition, options)

    def delete(self, target: Target, options: Object, *, dry_run: bool) -> Result:
        live = self._live(target)
        wanted = options.get("preconditions") or {}
        for field, name in (("uid", "UID"), ("resourceVersion", "ResourceVersion")):
            have = live["metadata"][field]
            if wanted.get(field) and wanted[field] != have:
                why = f"Precondition failed: {name} in precondition: {wanted[field]}, {name} in object meta: {have}"
                raise conflict(target.resource, target.name, why)
        if not dry_run:
            self.remove(live, orphan=options.get("propagationPolicy") == "Orphan")
        details = {**details_of(target.resource, target.name), "uid": live["metadata"]["uid"]}
        return Result({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}, changed=not dry_run)

    def remove(self, live: Object, *, orphan: bool = False) -> None:
        """Remove an object and, unless they are orphaned, all that it owns; with a namespace everything in it."""
        metadata = live["metadata"]
        self._store.remove(Key(live["kind"], metadata.get("namespace", ""), metadata["name"]))
        below = [] if orphan else self._store.owned(metadata["uid"])
        if live["kind"] == "Namespace":
            below = [obj for kind, resource in KINDS.items() if resource.namespaced for obj in self._store.all(kind, metadata["name"])]
        for obj in below:
            if self._store.get(Key(obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"])):
                self.remove(obj)

    def _update(self, target: Target, live: Object, new: Object, precondition: dict[str, str], options: Options) -> Result:
        self._check_precondition(target, live, precondition)
        manager = Manager(options.manager, "Update", live["apiVersion"], target.subresource)
        if target.subresource == "scale":
            replicas = (new.get("spec") or {}).get("replicas", 0)
            if not isinstance(replicas, int):
                raise bad_request("spec.replicas must be a number")
            result = self._finish({**live, "spec": {**live["spec"], "replicas": replicas}}, live, manager, options)
            return Result(_scale_of(result.object), changed=result.changed)
        if target.subresource == "status":
            return self._finish({**live, "status": new.get("status", {})}, live, manager, options)
        new = self._addressed(target, new)
        status = {"status": live["status"]} if "status" in live else {}
        stored = {**{key: value for key, value in new.items() if key != "status"}, **status}
        return self._finish(with_defaults(stored), live, manager, options)

    def _finish(self, new: Object, live: Object | None, manager: Manager | None, options: Options) -> Result:
        validate(new, live)
        if live is None:
            self._admit(new)
        identity = _identity(live)
        new = {**new, "metadata": {**_without_empty_maps(new["metadata"]), **identity}}
        if manager is not None and new != live:
            new = take_over(live, new, manager)
        if live is not None and new == live:
            return Result(live)
        if live is None or new.get("spec") != live.get("spec"):
            new = _next_generation(new, live)
        if options.dry_run:
            return Result(new, created=live is None)
        stored = self._store.put(_born(new) if live is None else new)
        return Result(stored, created=live is None, changed=True)

    def _admit(self, new: Object) -> None:
        resource, namespace = KINDS[new["kind"]], new["metadata"].get("namespace", "")
        if resource.namespaced and not self._store.get(Key("Namespace", "", namespace)):
            raise not_found(KINDS["Namespace"], namespace)
        quota.admit(self._store, new)

    def _live(self, target: Target) -> Object:
        if target.subresource == "scale" and target.resource.kind not in SCALABLE:
            raise unknown_path()
        live = self._store.get(target.key)
        if live is None:
            raise not_found(target.resource, target.name)
        return live

    def _check_precondition(self, target: Target, live: Object | None, wanted: dict[str, str]) -> None:
        uid, version = wanted["uid"], wanted["resourceVersion"]
        if live is None:
            if uid:
                why = f"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
                raise conflict(target.resource, target.name, why)
            return
        if version not in ("", "0", live["metadata"]["resourceVersion"]):
            raise modified(target.resource, target.name)
        if uid:
            validate({**live, "metadata": {**live["metadata"], "uid": uid}}, live)

    def _addressed(self, target: Target, body: Object) -> Object:
        """The body with the path's name and namespace. Raises Refused (400) when it says others, or is of another kind."""
        if body.get("kind") != target.resource.kind or body.get("apiVersion") != target.resource.api_version:
            told = f"{body.get('apiVersion')}, Kind={body.get('kind')}"
            raise bad_request(f"the object provided is unrecognized (must be of type {target.resource.kind}): {told}")
        metadata = dict(body.get("metadata") or {})
        for field, wanted in (("namespace", target.namespace), ("name", target.name)):
            if wanted and metadata.setdefault(field, wanted) != wanted:
                raise bad_request(f"the {field} of the provided object does not match the {field} sent on the request")
        return {**body, "metadata": metadata}


def merged(value: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    base = value if isinstance(value, dict) else {}
    kept = {key: item for key, item in base.items() if key not in patch}
    return {**kept, **{key: merged(base.get(key), item) for key, item in patch.items() if item is not None}}


def _without_empty_maps(metadata: Object) -> Object:
    """The last label or annotation takes the map with it."""
    return {key: value for key, value in metadata.items() if value or key not in ("annotations", "labels")}


def _scale_of(live: Object) -> Object:
    metadata = {key: value for key, value in live["metadata"].items() if key in ("name", "namespace", "uid", "resourceVersion")}
    labels = (live["spec"].get("selector") or {}).get("matchLabels") or {}
    status = {"replicas": live.get("status", {}).get("replicas", 0), "selector": ",".join(f"{key}={labels[key]}" for key in sorted(labels))}
    spec = {"replicas": live["spec"].get("replicas", 1)}
    created = {"creationTimestamp": live["metadata"]["creationTimestamp"]}
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": {**metadata, **created}, "spec": spec, "status": status}


def _identity(live: Object | None) -> Object:
    """The metadata that nobody may write."""
    if live is None:
        return {"uid": str(uuid.uuid4()), "creationTimestamp": now()}
    kept = ("uid", "creationTimestamp", "resourceVersion", "generation")
    return {key: live["metadata"][key] for key in kept if key in live["metadata"]}


def _next_generation(new: Object, live: Object | None) -> Object:
    if new["kind"] not in WITH_GENERATION:
        return new
    generation = live["metadata"]["generation"] + 1 if live else 1
    return {**new, "metadata": {**new["metadata"], "generation": generation}}


def _born(new: Object) -> Object:
    """What an object has from the moment of its creation."""
    if new["kind"] == "Pod":
        return {**new, "status": {"phase": "Pending", "qosClass": "BestEffort", **new.get("status", {})}}
    if new["kind"] == "Namespace":
        return {**new, "status": {"phase": "Active"}}
    return new
