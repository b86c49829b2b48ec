"""Policies in force: from the table to compiled, and back to nothing but ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.models import Group
from audit.actor import Actor
from audit.ledger import Change, commit
from guidance.compiled import CompiledPolicy
from guidance.evaluation import Evaluation, evaluate
from guidance.load import MAIN_PACK, compile_policies, load_pack
from guidance.models import Policy
from guidance.policy import Enforcement, parse_policy

NOTHING_TO_JUDGE = Evaluation()


@dataclass(frozen=True)
class PolicySet:
    """All policies in force, compiled, with what stands outside their bodies."""

    compiled: tuple[CompiledPolicy, ...]
    enforcement: Mapping[str, Enforcement]
    owners: Mapping[str, str]

    def judge(self, manifest: Mapping[str, object], *, namespace: str) -> Evaluation:
        return evaluate(self.compiled, manifest, namespace=namespace, enforcement=self.enforcement)

    def owner(self, slug: str) -> str:
        """The slug of the group that owns a policy in force."""
        return self.owners[slug]


def policies_in_force() -> PolicySet:
    """Raises guidance.source.PolicyError when a stored policy does not compile."""
    rows = list(Policy.objects.all())
    return PolicySet(
        compiled=compile_policies(parse_policy(row.source, row.slug) for row in rows),
        enforcement={row.slug: Enforcement(row.enforcement) for row in rows},
        owners={row.slug: row.owner_id for row in rows},
    )


def owners_of(slugs: Iterable[str]) -> frozenset[str]:
    """The groups whose policies these are."""
    slugs = list(slugs)
    return frozenset(Policy.objects.filter(slug__in=slugs).values_list("owner_id", flat=True)) if slugs else frozenset()


def load_policies(*, actor: Actor) -> list[str]:
    """Load the policies that ship with the product, only while there is none; say what was loaded."""
    if Policy.objects.exists():
        return ["policies: there are some, so they change by approval only"]
    policies = load_pack(MAIN_PACK)
    known = set(Group.objects.values_list("slug", flat=True))
    rows = [
        Policy(
            slug=policy.name,
            version=policy.guidance.version,
            source=policy.source.text,
            enforcement=policy.guidance.enforcement,
            owner_id=policy.guidance.owner,
        )
        for policy in policies
        if policy.guidance.owner in known
    ]
    left = [
        f"Policy {policy.name}: left out, there is no group {policy.guidance.owner}"
        for policy in policies
        if policy.guidance.owner not in known
    ]
    if rows:
        commit(*(Change(row, "Policy.loaded", actor, {"slug": row.slug, "version": row.version, "source": row.source}) for row in rows))
    return left + [f"Policy {row.slug}" for row in rows]
