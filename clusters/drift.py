"""What an object is apart from its bookkeeping, and how two states of it differ, for machines and for people."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from clusters.objects import Object

BOOKKEEPING = ("resourceVersion", "generation", "managedFields", "creationTimestamp", "uid", "selfLink")
HIDDEN = "(hidden)"
HIDDEN_CHANGED = "(hidden, changed)"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True)
class Change:
    """One difference. `path` is a JSON pointer, into the new state or, for what was removed, into the old one; None: not there."""

    path: str
    before: Any
    after: Any


def essence(obj: Object) -> Object:
    """What somebody decided: the object without its status and without what the API server counts and stamps."""
    kept = {key: value for key, value in obj.items() if key not in ("status", "metadata")}
    return {**kept, "metadata": {key: value for key, value in obj["metadata"].items() if key not in BOOKKEEPING}}


def difference(before: Object | None, after: Object | None) -> list[Change]:
    """The changes from one state to the other; None: the object does not exist. Items of lists that have names are matched by them.

    Values of Secrets are never told, only which of them changed.
    """
    old, new = _readable(before, after)
    return list(_compare("", old, new))


def render(before: Object | None, after: Object | None) -> str:
    """A unified diff of both states as YAML, with the whole object as its context; empty when nothing differs."""
    return unified(*_readable(before, after))


def unified(before: Object | None, after: Object | None) -> str:
    """`render` for what is no Kubernetes object, such as a rule of this product."""
    old, new = _lines(before), _lines(after)
    lines = list(difflib.unified_diff(old, new, "before", "after", n=max(len(old), len(new)), lineterm=""))
    return "\n".join(line for line in lines if not line.startswith("@@")) + "\n" if lines else ""


def _readable(before: Object | None, after: Object | None) -> tuple[Object | None, Object | None]:
    old, new = (None if state is None else essence(state) for state in (before, after))
    return _without_secrets(old, None), _without_secrets(new, old)


def _without_secrets(obj: Object | None, former: Object | None) -> Object | None:
    if obj is None or obj.get("kind") != "Secret":
        return obj
    shown = dict(obj)
    for part in ("data", "stringData"):
        if part in obj:
            values, old = obj[part] or {}, (former or {}).get(part) or {}
            shown[part] = {
                key: HIDDEN if former is None or old.get(key, value) == value else HIDDEN_CHANGED for key, value in values.items()
            }
    annotations = {key: value for key, value in (obj["metadata"].get("annotations") or {}).items() if key != LAST_APPLIED}
    return {**shown, "metadata": {**obj["metadata"], "annotations": annotations}}


def _compare(path: str, before: Any, after: Any) -> Iterator[Change]:
    if _same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in (*before, *(key for key in after if key not in before)):
            yield from _compare(f"{path}/{_token(key)}", before.get(key), after.get(key))
    elif _is_named(before) and _is_named(after):
        yield from _compare_named(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            yield from _compare(f"{path}/{index}", _item(before, index), _item(after, index))
    else:
        yield Change(path, before, after)


def _compare_named(path: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    old, new = ({item["name"]: (index, item) for index, item in enumerate(items)} for items in (before, after))
    for name, (index, item) in old.items():
        if name in new:
            yield from _compare(f"{path}/{new[name][0]}", item, new[name][1])
        else:
            yield Change(f"{path}/{index}", item, None)
    yield from (Change(f"{path}/{index}", None, item) for name, (index, item) in new.items() if name not in old)
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield Change(path, list(old), list(new))  # order decides which container is the default, which init container runs first


def _same(before: Any, after: Any) -> bool:
    """Python takes True for 1; Kubernetes does not."""
    return before == after and json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)


def _is_named(value: Any) -> bool:
    if not isinstance(value, list) or not all(isinstance(item, dict) and isinstance(item.get("name"), str) for item in value):
        return False
    return len({item["name"] for item in value}) == len(value)


def _item(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else None


def _token(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, so that a difference shows the lines that differ."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _lines(state: Object | None) -> list[str]:
    return [] if state is None else yaml.dump(state, Dumper=_Dumper, sort_keys=True, allow_unicode=True, width=10_000).splitlines()
