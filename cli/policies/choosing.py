"""The policies that a command line names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from guidance.foreign.bundle import Bundle
from guidance.foreign.files import read
from guidance.policies import packs
from guidance.policies.packs import Pack, UnknownPack
from guidance.policies.policy import Enforcement, Policy


class Chosen(NamedTuple):
    policy: Policy
    level: Enforcement


def chosen(which: Iterable[str]) -> Iterator[Chosen]:
    """Of packs and files, those of packs first. Raises PolicyError and UnknownPack."""
    every = bundle(which)
    return (Chosen(policy, every.levels.get(policy.name, policy.guidance.enforcement)) for policy in every.policies)


def bundle(which: Iterable[str]) -> Bundle:
    """The same with what belongs to them: files are read together, so that bindings find their policies.

    Raises PolicyError and UnknownPack.
    """
    every = list(which)
    paths = [Path(one) for one in every if Path(one).exists()]
    of_packs = [packs.pack(one) for one in every if Path(one) not in paths]
    of_files = read(paths) if paths else Bundle()
    levels = {name: level for pack in of_packs for name, level in pack.levels.items()}
    policies = (*(policy for pack in of_packs for policy in pack.policies), *of_files.policies)
    return replace(of_files, policies=policies, levels={**levels, **of_files.levels})


def shipped() -> list[Pack]:
    """All packs, each for the newest version of Kubernetes."""
    return [packs.pack(name) for name in packs.names()]


def named(name: str) -> Sequence[Policy]:
    """One policy, or those of a file. Raises PolicyError, and UnknownPack where none has this name."""
    if Path(name).is_file():
        return read([Path(name)]).policies
    known = {policy.name: policy for pack in shipped() for policy in pack.policies}
    if name not in known:
        from difflib import get_close_matches  # takes long to load

        near = get_close_matches(name, known, n=1)
        raise UnknownPack(f"no pack has a policy {name!r}" + (f": did you mean {near[0]}?" if near else ": see autonomy policies list"))
    return [known[name]]
