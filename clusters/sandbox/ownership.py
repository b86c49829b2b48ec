"""Who owns which field: server-side apply, and what every other write means for the owners."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from clusters.objects import Object
from clusters.sandbox.fields import Path, changed, from_tree, leaves, merge, prune, readable, to_tree
from clusters.sandbox.refusals import Refused


class Manager(NamedTuple):
    """One entry of managedFields: the same name has an entry for each way in which it writes."""

    name: str
    operation: str
    api_version: str
    subresource: str = ""


Owners = dict[Manager, frozenset[Path]]


@dataclass(frozen=True)
class Conflict:
    manager: Manager
    path: Path


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def owners_of(obj: Object | None) -> Owners:
    entries = obj["metadata"].get("managedFields", ()) if obj else ()
    return {
        Manager(entry["manager"], entry["operation"], entry["apiVersion"], entry.get("subresource", "")): from_tree(entry["fieldsV1"])
        for entry in entries
    }


def with_owners(obj: Object, owners: Owners, former: Object | None) -> Object:
    """The object with these owners; who owns the same as before keeps the time of then."""
    before = owners_of(former)
    entries = former["metadata"].get("managedFields", ()) if former else ()
    old = dict(zip(before, entries, strict=True))
    new = [
        old[manager] if before.get(manager) == fields else _entry(manager, fields)
        for manager, fields in owners.items() if fields
    ]  # fmt: skip
    return {**obj, "metadata": {**obj["metadata"], "managedFields": new}}


def apply(live: Object | None, manifest: Object, manager: Manager, *, force: bool) -> Object:
    """The object after this manager's apply. Raises Refused (409) when others own what would change."""
    owners = owners_of(live)
    values = leaves(manifest)
    if live is not None:
        conflicts = _conflicts(leaves(live), values, owners, manager)
        if conflicts and not force:
            raise _refusal(conflicts)
        owners = _without(owners, frozenset(conflict.path for conflict in conflicts), but=manager)
    wanted = frozenset(values)
    others = frozenset().union(*(fields for other, fields in owners.items() if other != manager))
    merged = manifest if live is None else merge(live, manifest)
    pruned: Object = prune(merged, to_tree(owners.get(manager, frozenset())), to_tree(wanted), to_tree(others))
    # Nobody owns the name: without the last label, pruning would take `metadata` as a whole.
    pruned.setdefault("metadata", {key: merged["metadata"][key] for key in ("name", "namespace") if key in merged["metadata"]})
    remaining = frozenset(leaves(pruned))
    kept = {other: fields & remaining if other != manager else fields for other, fields in owners.items()}
    return with_owners(pruned, {**kept, manager: wanted}, live)


def take_over(live: Object | None, new: Object, manager: Manager) -> Object:
    """The object after a write of any other kind: the manager owns what it changed, and nobody owns what is gone."""
    values = leaves(new)
    mine = changed(leaves(live) if live else {}, values)
    owners = {other: (fields - mine if other != manager else fields) & values.keys() for other, fields in owners_of(live).items()}
    owned = {**owners, manager: owners.get(manager, frozenset()) | mine}
    return with_owners(new, owned, live)


def _conflicts(live: Mapping[Path, Any], applied: Mapping[Path, Any], owners: Owners, manager: Manager) -> list[Conflict]:
    different = changed(live, applied)
    return [
        Conflict(other, path) for other, fields in owners.items() if other != manager for path in sorted(fields & different)
    ]  # fmt: skip


def _without(owners: Owners, paths: frozenset[Path], *, but: Manager) -> Owners:
    return {manager: fields if manager == but else fields - paths for manager, fields in owners.items()}


def _entry(manager: Manager, fields: frozenset[Path]) -> Object:
    subresource = {"subresource": manager.subresource} if manager.subresource else {}
    return {
        "manager": manager.name, "operation": manager.operation, "apiVersion": manager.api_version, "time": now(),
        "fieldsType": "FieldsV1", "fieldsV1": to_tree(fields), **subresource,
    }  # fmt: skip


def _refusal(conflicts: list[Conflict]) -> Refused:
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {_described(conflict.manager)}", "field": readable(conflict.path)}
        for conflict in conflicts
    ]
    lines = [f"{cause['message']}: {cause['field']}" for cause in causes]
    count = len(causes)
    text = f"Apply failed with 1 conflict: {lines[0]}" if count == 1 else f"Apply failed with {count} conflicts: " + "; ".join(lines)
    return Refused(409, "Conflict", text, {"causes": causes})


def _described(manager: Manager) -> str:
    subresource = f' with subresource "{manager.subresource}"' if manager.subresource else ""
    return f'"{manager.name}"{subresource} using {manager.api_version}'
