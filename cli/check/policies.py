"""Which policies a check asks, and how strictly each of them is meant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.check.report import Rule
from guidance import packs
from guidance.compiled import CompiledPolicy, proven_policy
from guidance.load import compile_policies, load_pack
from guidance.policy import Enforcement, Policy
from guidance.source import PolicyError

BASELINE, ADVICE = "pss-baseline", "best-practices"
"""The packs when nothing else is asked for; the second one only advises."""


@dataclass(frozen=True)
class Chosen:
    compiled: tuple[CompiledPolicy, ...]
    levels: Mapping[str, Enforcement]

    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule(one.policy, self.levels.get(one.name, one.enforcement)) for one in self.compiled)


def chosen(names: Sequence[str], files: Sequence[str]) -> Chosen:
    """The policies of packs at their own level, those of files as hard-mandatory; a policy of a file stands for one of its name in a pack.

    Raises PolicyError and packs.UnknownPack.
    """
    from_packs, levels = packs.together(packs.pack(name) for name in names) if names or files else _by_default()
    own = _from_files(files)
    proven = tuple(proven_policy(policy) for policy in from_packs if policy.name not in own)
    return Chosen(proven + compile_policies(own.values()), {**levels, **dict.fromkeys(own, Enforcement.HARD_MANDATORY)})


def rule(policy: Policy, level: Enforcement) -> Rule:
    about = policy.guidance
    return Rule(policy.name, about.title, about.rationale, about.severity, level, about.controls)


def _by_default() -> tuple[tuple[Policy, ...], dict[str, Enforcement]]:
    advice = packs.pack(ADVICE)
    policies, levels = packs.together([packs.pack(BASELINE), advice])
    required = {policy.name for policy in packs.pack(BASELINE).policies}
    return policies, {name: level if name in required else Enforcement.ADVISORY for name, level in levels.items()}


def _from_files(files: Iterable[str]) -> dict[str, Policy]:
    policies: dict[str, Policy] = {}
    for file in files:
        for policy in load_pack(Path(file)):
            if twin := policies.get(policy.name):
                told = f"{twin.source.file} has this name already: rename one of them, or leave one file out"
                raise PolicyError(policy.source.problem(("metadata", "name"), told))
            policies[policy.name] = policy
    return policies
