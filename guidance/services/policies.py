"""Policies in force: from the table to compiled, and to what holds in one place."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from clusters.models import Namespace
from guidance.documents.source import PolicyError
from guidance.foreign.parts import first_document
from guidance.foreign.whole import whole_policy
from guidance.judging import results
from guidance.judging.compiled import CompiledPolicy, broken_policy, compile_policy
from guidance.judging.evaluation import NOBODY, Evaluation, evaluate
from guidance.judging.results import Results
from guidance.judging.together import minds_former, minds_namespace
from guidance.models import Policy
from guidance.policies.binding import NOTHING_MORE, Context
from guidance.policies.enforcing import Local, Where, level_in
from guidance.policies.exempting import Exempted, exempted
from guidance.policies.matching import Operation
from guidance.policies.policy import Enforcement
from guidance.policies.policy import Policy as Body
from guidance.policies.unreadable import skeleton
from guidance.services import namespaces, objects
from guidance.services.former import ref_of

log = logging.getLogger(__name__)
NOTHING_TO_JUDGE = Evaluation()


@dataclass(frozen=True)
class Standing:
    """What stands outside of a policy's body."""

    enforcement: Enforcement
    local_levels: tuple[Local, ...]
    owner: str


@dataclass(frozen=True)
class PolicySet:
    """All policies in force, compiled, with what stands outside their bodies."""

    compiled: tuple[CompiledPolicy, ...]
    standing: Mapping[str, Standing]

    @cached_property
    def minds_namespaces(self) -> bool:
        """Whether any of them reads more of a namespace than its name."""
        return any(policy.minds_namespace for policy in self.compiled)

    @cached_property
    def minds_former(self) -> bool:
        """Whether any of them may judge an update otherwise than a creation."""
        return any(policy.minds_former for policy in self.compiled)

    def levels_in(self, where: Where) -> dict[str, Enforcement]:
        return {slug: level_in(where, one.enforcement, one.local_levels) for slug, one in self.standing.items()}


@dataclass(frozen=True)
class _Seen:
    """What is known besides a manifest; `in_cluster`: the cluster was asked for some of it."""

    old: Mapping[str, object] | None = None
    context: Context = NOTHING_MORE
    in_cluster: bool = False

    @property
    def operation(self) -> Operation | None:
        return None if self.context.no_former else self.context.operation(replaces=self.old is not None)


@dataclass(frozen=True)
class LocalPolicies:
    """The policies as they hold in one place."""

    policies: PolicySet
    where: Where
    exemptions: tuple[Exempted, ...] = ()
    namespace: namespaces.Read = namespaces.kept
    """Asked only for policies that read more of it than its name."""
    former: objects.Read | None = None
    """Asked for what a manifest replaces, only for policies that judge an update otherwise than a creation. None: it replaces nothing."""

    @cached_property
    def levels(self) -> Mapping[str, Enforcement]:
        return self.policies.levels_in(self.where)

    def judge(self, manifest: Mapping[str, object]) -> Evaluation:
        """What they find."""
        seen = self._seen(manifest, _Seen())
        found = evaluate(
            self.policies.compiled,
            manifest,
            namespace=self.where.namespace,
            old=seen.old,
            enforcement=self.levels,
            context=seen.context,
            exempted=self._exempted(manifest),
        )
        return replace(found, of_the_moment=True) if seen.in_cluster else found

    def results(
        self,
        manifest: Mapping[str, object],
        *,
        old: Mapping[str, object] | None = None,
        context: Context = NOTHING_MORE,
        mend_from: Enforcement | None = Enforcement.ADVISORY,
    ) -> Results:
        """The same with what passes, and in PolicyReport's words. Fixes are looked for at the level `mend_from` and above."""
        seen = self._seen(manifest, _Seen(old, context))
        return results.judge(
            self.policies.compiled,
            manifest,
            namespace=self.where.namespace,
            old=seen.old,
            enforcement=self.levels,
            context=seen.context,
            exempted=self._exempted(manifest),
            mend_from=mend_from,
        )

    def _seen(self, manifest: Mapping[str, object], given: _Seen) -> _Seen:
        """What is given, and what else policies read that may match the manifest."""
        return self._with_namespace(manifest, self._with_former(manifest, given) if given.old is None else given)

    def _with_former(self, manifest: Mapping[str, object], seen: _Seen) -> _Seen:
        if self.former is None or not (self.policies.minds_former and minds_former(self.policies.compiled, manifest)):
            return seen
        ref = ref_of(manifest, self.where.namespace) if self.where.cluster else None
        if ref is None:
            return seen
        known = self.former(self.where.cluster, ref)
        return _Seen(known.found, replace(seen.context, no_former=known.why), in_cluster=True)

    def _with_namespace(self, manifest: Mapping[str, object], seen: _Seen) -> _Seen:
        if not (self.policies.minds_namespaces and minds_namespace(self.policies.compiled, manifest, seen.operation)):
            return seen
        known = self.namespace(self.where.cluster, self.where.namespace)
        return _Seen(seen.old, replace(seen.context, namespace_object=known.found, no_namespace=known.why), in_cluster=True)

    def _exempted(self, manifest: Mapping[str, object]) -> Mapping[str, str]:
        if not self.exemptions:
            return NOBODY
        return {policy: one.words for policy, one in exempted(manifest, self.exemptions).items()}

    def owner(self, slug: str) -> str:
        """The slug of the group that owns a policy in force."""
        return self.policies.standing[slug].owner


def in_namespace(policies: PolicySet, row: Namespace, exemptions: Mapping[tuple[str, str], tuple[Exempted, ...]]) -> LocalPolicies:
    """For all that lies there at this moment. `exemptions` are all in force, as `exemptions.by_namespace` gives them."""
    where = Where(row.cluster_id, row.name, row.team_id, row.environment)
    return LocalPolicies(policies, where, exemptions.get((row.cluster_id, row.name), ()), lru_cache(namespaces.kept))


def policies_in_force() -> PolicySet:
    """One that this version of the product does not read is among them: it follows its failurePolicy, and the others go on judging."""
    rows = list(Policy.objects.all())
    return PolicySet(
        compiled=tuple(map(as_judging, rows)),
        standing={row.slug: Standing(Enforcement(row.enforcement), row.local_levels, row.owner_id) for row in rows},
    )


def as_judging(row: Policy) -> CompiledPolicy:
    """A stored policy as it judges: while it has not changed the same object as before; `broken` where it cannot be read."""
    return _as_judging(row.source, row.slug, row.version, row.owner_id, Enforcement(row.enforcement))


@lru_cache(maxsize=1024)
def _as_judging(source: str, slug: str, version: str, owner: str, enforcement: Enforcement) -> CompiledPolicy:
    try:
        return compiled_body(source, slug)
    except PolicyError as error:
        log.error("policy %s: this version of the product does not read it, so it follows its failurePolicy: %s", slug, error)  # noqa: TRY400
        return broken_policy(_head(source, slug, version, owner, enforcement), error)


def _head(source: str, slug: str, version: str, owner: str, enforcement: Enforcement) -> Body:
    """As much of a policy as can be read, its expressions aside."""
    try:
        return whole_policy(source, f"{slug}.yaml")
    except PolicyError:
        return skeleton(first_document(source, f"{slug}.yaml"), name=slug, version=version, owner=owner, enforcement=enforcement)


@lru_cache(maxsize=1024)
def compiled_body(source: str, slug: str) -> CompiledPolicy:
    """Raises PolicyError."""
    return compile_policy(whole_policy(source, f"{slug}.yaml"))


def owners_of(slugs: Iterable[str]) -> frozenset[str]:
    """The groups whose policies these are."""
    slugs = list(slugs)
    return frozenset(Policy.objects.filter(slug__in=slugs).values_list("owner_id", flat=True)) if slugs else frozenset()


def values_of(
    source: str, *, version: str, owner: str, enforcement: str, enforcement_in: Iterable[Mapping[str, str]] = ()
) -> dict[str, object]:
    """The fields of a row; its history tells them all, so that every body that ever was in force can be read."""
    return {
        "version": version,
        "owner_id": owner,
        "enforcement": str(enforcement),
        "enforcement_in": list(enforcement_in),
        "source": source,
    }
