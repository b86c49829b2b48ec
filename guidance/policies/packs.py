"""The packs that ship: folders of policies that belong together, asked for by name and version of Kubernetes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import yaml

from guidance.documents.schema import Strict, built
from guidance.documents.source import Loader
from guidance.policies.load import PACK_FILE, PACKS, read_text, skim_pack
from guidance.policies.policy import Enforcement, Metadata, Policy, Slug, Text
from guidance.policies.versions import NEWEST, OLDEST, KubernetesVersion, Versions, parse_version

LATEST = "latest"


class UnknownPack(ValueError):
    """There is no such pack, or not for this version of Kubernetes; the message says what there is."""


class Include(Strict):
    """Policies of another pack: all of them, or those that are named."""

    pack: Slug
    policies: tuple[Slug, ...] = ()

    def narrowed(self, names: frozenset[str] | None) -> frozenset[str] | None:
        """Those of these names that it takes; None are all."""
        taken = frozenset(self.policies) if self.policies else None
        return taken if names is None else names if taken is None else names & taken


class PackFile(Strict):
    """`pack.yaml`. `enforcement` goes for all policies of the pack; left out, each policy's own does."""

    api_version: Literal["guidance.autonomy/v1"]
    kind: Literal["Pack"]
    metadata: Metadata
    title: Text
    description: Text
    enforcement: Enforcement | None = None
    kubernetes: Versions = Versions(first=OLDEST, last=NEWEST)
    include: tuple[Include, ...] = ()


@dataclass(frozen=True)
class Pack:
    """A pack for one version of Kubernetes. `levels` says how strictly each of its policies is meant, by name."""

    name: str
    version: KubernetesVersion
    title: str
    description: str
    policies: tuple[Policy, ...]
    levels: Mapping[str, Enforcement]

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


def names() -> tuple[str, ...]:
    """The packs that there are."""
    return tuple(sorted(file.parent.name for file in PACKS.glob(f"*/{PACK_FILE}")))


def pack(reference: str) -> Pack:
    """`pss-restricted@v1.30`; without a version (or `@latest`) the newest. Raises UnknownPack."""
    name, sign, written = reference.partition("@")
    if name not in names():
        from difflib import get_close_matches  # takes long to load

        close = get_close_matches(name, names(), n=1)
        meant = f": did you mean {close[0]}?" if close else "."
        raise UnknownPack(f"there is no pack {name!r}{meant} There are {', '.join(names())}.")
    file = pack_file(name)
    version = file.kubernetes.last or NEWEST if not sign or written == LATEST else _version(reference, written)
    if version not in file.kubernetes:
        raise UnknownPack(f"the pack {name} is there for Kubernetes {file.kubernetes}, not for {version}.")
    policies = tuple(sorted(_without_replaced(_gathered(name, version)), key=lambda policy: policy.name))
    return Pack(name, version, file.title, file.description, policies, {policy.name: _level(file, policy) for policy in policies})


def together(packs: Iterable[Pack]) -> tuple[tuple[Policy, ...], dict[str, Enforcement]]:
    """The policies of several packs, each once, and their levels: the strictest where packs differ.

    Raises UnknownPack when packs bring one policy as it is in two versions of Kubernetes.
    """
    policies: dict[str, tuple[Policy, Pack]] = {}
    levels: dict[str, Enforcement] = {}
    for chosen in packs:
        for policy in chosen.policies:
            twin, brought_by = policies.setdefault(policy.name, (policy, chosen))
            if twin is not policy:
                told = f"{brought_by} and {chosen} have different versions of the policy {policy.name}"
                raise UnknownPack(f"{told}: ask for both packs for the same version of Kubernetes.")
            level = chosen.levels[policy.name]
            levels[policy.name] = max(levels.get(policy.name, level), level, key=lambda level: level.rank)
    kept = tuple(_without_replaced([policy for policy, _ in policies.values()], levels))
    return kept, {policy.name: levels[policy.name] for policy in kept}


@lru_cache(maxsize=32)
def pack_file(name: str) -> PackFile:
    """What a pack says about itself. Raises PolicyError."""
    path = PACKS / name / PACK_FILE
    return built(PackFile, yaml.load(read_text(path), Loader=Loader))  # noqa: S506 it is the safe loader


def _version(reference: str, written: str) -> KubernetesVersion:
    try:
        return parse_version(written)
    except ValueError as error:
        name = reference.partition("@")[0]
        raise UnknownPack(f"{written!r} is no version of Kubernetes: ask for a pack such as {name}@{NEWEST}.") from error


def _gathered(name: str, version: KubernetesVersion, names: frozenset[str] | None = None) -> Iterator[Policy]:
    for include in pack_file(name).include:
        yield from _gathered(include.pack, version, include.narrowed(names))
    yield from skim_pack(PACKS / name, version, names)


def _without_replaced(policies: Iterable[Policy], levels: Mapping[str, Enforcement] | None = None) -> Iterator[Policy]:
    """A policy that asks for more stands for those that it replaces, but for one that is meant more strictly than itself."""
    every = {policy.name: policy for policy in policies}
    ranks = {name: levels[name].rank if levels else 0 for name in every}
    replaced = {other for name, policy in every.items() for other in policy.guidance.replaces if ranks.get(other, 0) <= ranks[name]}
    yield from (policy for name, policy in every.items() if name not in replaced)


def _level(file: PackFile, policy: Policy) -> Enforcement:
    return file.enforcement or policy.guidance.enforcement
