"""The policies that a command line names."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from guidance import packs
from guidance.load import load_pack, load_policy
from guidance.packs import Pack, UnknownPack
from guidance.policy import Enforcement, Policy


class Chosen(NamedTuple):
    policy: Policy
    level: Enforcement


def chosen(which: Iterable[str]) -> Iterator[Chosen]:
    """Of packs and files, in order. Raises PolicyError and UnknownPack."""
    for one in which:
        if Path(one).exists():
            yield from (Chosen(policy, policy.guidance.enforcement) for policy in load_pack(Path(one)))
        else:
            pack = packs.pack(one)
            yield from (Chosen(policy, pack.levels[policy.name]) for policy in pack.policies)


def shipped() -> list[Pack]:
    """All packs, each for the newest version of Kubernetes."""
    return [packs.pack(name) for name in packs.names()]


def named(name: str) -> Policy:
    """One policy. Raises PolicyError, and UnknownPack where none has this name."""
    if Path(name).is_file():
        return load_policy(Path(name))
    known = {policy.name: policy for pack in shipped() for policy in pack.policies}
    if name not in known:
        from difflib import get_close_matches  # takes long to load

        near = get_close_matches(name, known, n=1)
        raise UnknownPack(f"no pack has a policy {name!r}" + (f": did you mean {near[0]}?" if near else ": see autonomy policies list"))
    return known[name]
