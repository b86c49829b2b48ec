"""Which policies a check asks, and how strictly each of them is meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.check.report import Rule
from guidance.foreign.bundle import Bundle
from guidance.judging.compiled import CompiledPolicy, compile_policies, proven_policy
from guidance.policies import packs
from guidance.policies.policy import Enforcement, Policy

BASELINE, ADVICE = "pss-baseline", "best-practices"
"""The packs when nothing else is asked for; the second one only advises."""


NOTHING_BESIDE = Bundle()


@dataclass(frozen=True)
class Chosen:
    """`beside` is what the files of the policies hold else: exceptions, and notes."""

    compiled: tuple[CompiledPolicy, ...]
    levels: Mapping[str, Enforcement]
    beside: Bundle = NOTHING_BESIDE

    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule(one.policy, self.levels.get(one.name, one.enforcement)) for one in self.compiled)


def chosen(names: Sequence[str], files: Sequence[str]) -> Chosen:
    """The policies of packs at their own level, those of files as hard-mandatory; a policy of a file stands for one of its name in a pack.

    Policies of other engines are as strict as their own engine takes them.

    Raises PolicyError and packs.UnknownPack.
    """
    from_packs, levels = packs.together(packs.pack(name) for name in names) if names or files else _by_default()
    own = _from_files(files)
    required = dict.fromkeys((policy.name for policy in own.policies), Enforcement.HARD_MANDATORY)
    proven = tuple(proven_policy(policy) for policy in from_packs if policy.name not in required)
    return Chosen(proven + compile_policies(own.policies), {**levels, **required, **own.levels}, own)


def rule(policy: Policy, level: Enforcement) -> Rule:
    about = policy.guidance
    mends = any(validation.fix for validation in policy.spec.validations)
    return Rule(policy.name, about.title, about.rationale, about.severity, level, about.controls, mends)


def _by_default() -> tuple[tuple[Policy, ...], dict[str, Enforcement]]:
    advice = packs.pack(ADVICE)
    policies, levels = packs.together([packs.pack(BASELINE), advice])
    required = {policy.name for policy in packs.pack(BASELINE).policies}
    return policies, {name: level if name in required else Enforcement.ADVISORY for name, level in levels.items()}


def _from_files(files: Sequence[str]) -> Bundle:
    if not files:
        return NOTHING_BESIDE
    from guidance.foreign.files import read  # takes long to load

    return read(Path(file) for file in files)
