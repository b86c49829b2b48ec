"""Fields as managers own them: paths in the words of `FieldsV1` (`f:spec`, `k:{"name":"api"}`, `v:"x"`), and values taken apart by them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from clusters.objects import Object

Path = tuple[str, ...]
ITEM = object()
"""Stands for an item of a list with keys: that it is there at all is a field of its own."""

LIST_KEYS: Mapping[str, tuple[str, ...]] = {
    "conditions": ("type",),
    "containers": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "ports": ("containerPort", "protocol"),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
SETS = frozenset({"finalizers"})
ATOMIC_MAPS = frozenset(
    {
        "configMapKeyRef", "fieldRef", "labelSelector", "matchLabels", "namespaceSelector", "nodeSelector", "podSelector",
        "resourceFieldRef", "roleRef", "scopeSelector", "secretKeyRef", "selector",
    }
)  # fmt: skip
DEFAULT_KEYS = {"protocol": "TCP"}
UNOWNED = frozenset(
    {
        ("f:apiVersion",), ("f:kind",),
        *(("f:metadata", f"f:{name}") for name in (
            "name", "namespace", "uid", "resourceVersion", "generation", "managedFields", "creationTimestamp", "selfLink", "generateName",
        )),
    }
)  # fmt: skip


def keys_of(name: str, items: list[Any]) -> tuple[str, ...] | None:
    """By which keys the items of the list with this name are told apart; None: the list is one value."""
    if name == "ports" and any(isinstance(item, dict) and "port" in item for item in items):
        return ("port", "protocol")  # a Service's
    return LIST_KEYS.get(name)


def item_element(item: Any, keys: tuple[str, ...]) -> str:
    """The path element of one item of a list with keys."""
    named = {key: item.get(key, DEFAULT_KEYS.get(key)) for key in keys}
    return "k:" + json.dumps(named, sort_keys=True, separators=(",", ":"))


def readable(path: Path) -> str:
    """`.spec.template.spec.containers[name="api"].image`"""
    return "".join(_readable_element(element) for element in path)


def _readable_element(element: str) -> str:
    kind, _, rest = element.partition(":")
    if kind == "f":
        return f".{rest}"
    if kind == "k":
        return "[" + ",".join(f"{key}={json.dumps(value)}" for key, value in json.loads(rest).items()) + "]"
    return f"[={rest}]"


def leaves(obj: Object) -> dict[Path, Any]:
    """The values of an object by their paths, without what belongs to no manager."""
    return {path: value for path, value in _leaves((), "", obj) if path[:2] not in UNOWNED and path not in UNOWNED}


def changed(before: Mapping[Path, Any], after: Mapping[Path, Any]) -> frozenset[Path]:
    """Paths whose value is new or another one."""
    missing = object()
    return frozenset(path for path, value in after.items() if before.get(path, missing) != value)


def _leaves(path: Path, name: str, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and value and name not in ATOMIC_MAPS:
        for key, item in value.items():
            yield from _leaves((*path, f"f:{key}"), key, item)
    elif isinstance(value, list) and (keys := keys_of(name, value)):
        for item in value:
            at = (*path, item_element(item, keys))
            yield at, ITEM
            yield from _leaves(at, "", item)
    elif isinstance(value, list) and name in SETS:
        for item in value:
            yield (*path, f"v:{json.dumps(item)}"), item
    else:
        yield path, value


def to_tree(paths: frozenset[Path]) -> Object:
    """FieldsV1; a path that has others below it is marked with a dot."""
    tree: Object = {}
    for path in sorted(paths):
        node = tree
        for element in path:
            node = node.setdefault(element, {})
        node["."] = {}
    return _without_lone_dots(tree)


def _without_lone_dots(tree: Object) -> Object:
    return {key: {} if set(node) == {"."} else _without_lone_dots(node) for key, node in tree.items()}


def from_tree(tree: Object) -> frozenset[Path]:
    return frozenset(_paths((), tree))


def _paths(path: Path, tree: Object) -> Iterator[Path]:
    if not tree:
        yield path
    for element, node in tree.items():
        if element == ".":
            yield path
        else:
            yield from _paths((*path, element), node)


def merge(live: Any, applied: Any, name: str = "") -> Any:
    """What is live with what is applied laid over it: maps and lists with keys are joined, everything else is replaced."""
    if isinstance(live, dict) and isinstance(applied, dict) and name not in ATOMIC_MAPS:
        return {**live, **{key: merge(live[key], item, key) if key in live else item for key, item in applied.items()}}
    if isinstance(live, list) and isinstance(applied, list):
        if keys := keys_of(name, applied or live):
            return _merge_items(live, applied, keys)
        if name in SETS:
            return [*live, *(item for item in applied if item not in live)]
    return applied


def _merge_items(live: list[Any], applied: list[Any], keys: tuple[str, ...]) -> list[Any]:
    old = {item_element(item, keys): item for item in live}
    new = {item_element(item, keys): item for item in applied}
    joined = [merge(old[key], item) if key in old else item for key, item in new.items()]
    return [*joined, *(item for key, item in old.items() if key not in new)]


def prune(value: Any, old: Object, new: Object, others: Object, name: str = "") -> Any:
    """Without what the same manager had set before (`old`) and now leaves out (`new`), unless another one owns it. All are FieldsV1."""
    gone = {element for element in old if element != "." and element not in new and element not in others}
    kept = {element for element in old if element != "." and element not in gone and old[element]}

    def below(element: str, item: Any, of: str) -> Any:
        return prune(item, old[element], new.get(element, {}), others.get(element, {}), of)

    if isinstance(value, dict):
        return {
            key: below(f"f:{key}", item, key) if f"f:{key}" in kept else item for key, item in value.items() if f"f:{key}" not in gone
        }  # fmt: skip
    if isinstance(value, list) and (keys := keys_of(name, value)):
        named = [(item_element(item, keys), item) for item in value]
        return [below(element, item, "") if element in kept else item for element, item in named if element not in gone]
    if isinstance(value, list):
        return [item for item in value if f"v:{json.dumps(item)}" not in gone]
    return value
