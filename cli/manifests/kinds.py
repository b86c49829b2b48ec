"""Misspelt kinds, versions and groups of Kubernetes are told, and not passed over in silence.

What Kubernetes served once is no mistake: policies judge it, and some say what to write today. Groups that are not Kubernetes' own belong
to custom resources and may hold anything.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from cli.manifests.served import EXTENSIONS, SERVED, kinds, kinds_of, versions

OWN_ENDINGS = (".k8s.io", ".kubernetes.io")
SHARED_ENDING = ".x-k8s.io"
"""For projects beside Kubernetes, who name their kinds as they like."""
BESIDE = frozenset({"csi.storage.k8s.io", "migration.k8s.io", "scheduling.incubator.k8s.io", "scheduling.sigs.k8s.io"})
"""Groups of such projects with kinds that are called as some of Kubernetes' own."""
NEAR_KIND, NEAR_GROUP = 0.6, 0.8
"""How alike two names are that are taken for one, from 0 to 1. Kinds of one group are few, so that little is enough."""


class Mistake(NamedTuple):
    """Which of `apiVersion` and `kind` is wrong, and how, in words."""

    member: str
    told: str


@lru_cache(maxsize=1024)
def mistake(api_version: str, kind: str) -> Mistake | None:
    """None where nothing is wrong, or nothing is known."""
    group, _, version = api_version.rpartition("/")
    name = kind.removesuffix("List") or kind
    if {kind, name} & kinds(group, version):
        return None
    if group in SERVED:
        member = "kind" if version in SERVED[group] and group not in dict(versions(name)) else "apiVersion"
        return Mistake(member, f"{api_version} has no kind {kind}{_meant_kind(api_version, group, name)}")
    if _may_be_custom(group, name):
        return None
    return Mistake("apiVersion", f"Kubernetes has no API group {group}: {_meant_group(group, name)}")


def _meant_kind(api_version: str, group: str, name: str) -> str:
    served = dict(versions(name))
    if group in served and (group != EXTENSIONS or len(served) == 1):
        return f": did you mean {_joined(group, served[group])}?"
    if served:
        return f": it is in {_joined(*versions(name)[0])}"
    near = _near(name, kinds_of(group), NEAR_KIND) or _near(name, chain.from_iterable(map(kinds_of, SERVED)), NEAR_GROUP)
    if near is None:
        return ""
    found = dict(versions(near))
    there = _joined(group, found[group]) if group in found else _joined(*versions(near)[0])
    return f": did you mean {near}{'' if there == api_version else f' of {there}'}?"


def _may_be_custom(group: str, name: str) -> bool:
    """A custom resource's group has a dot. Some lie under k8s.io, but hardly with a kind that Kubernetes has too."""
    if "." not in group or "/" in group:
        return False
    if group.endswith(SHARED_ENDING) or group in BESIDE or not versions(name):
        return True
    looks_own = f".{group}".endswith(OWN_ENDINGS) or _near(group, [meant for meant, _ in versions(name) if "." in meant], NEAR_GROUP)
    return not looks_own


def _meant_group(group: str, name: str) -> str:
    if "/" in group:
        return f"an apiVersion has one /, such as {_joined(*versions(name)[0]) if versions(name) else 'apps/v1'}"
    if versions(name):
        return f"did you mean {_joined(*versions(name)[0])}?"
    near = _near(group, SERVED, NEAR_GROUP)
    return f"did you mean {near}?" if near else "that of a custom resource has a dot, such as example.com"


def _near(word: str, words: Iterable[str], cutoff: float) -> str | None:
    from difflib import get_close_matches  # few files need it

    return next(iter(get_close_matches(word, list(words), n=1, cutoff=cutoff)), None)


def _joined(group: str, version: str) -> str:
    return f"{group}/{version}" if group else version
