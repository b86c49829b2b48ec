"""What a what-if supposes: a policy in force, changed here and there, or one that there is not yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from guidance.documents.source import PolicyError
from guidance.judging.compiled import CompiledPolicy
from guidance.models import Policy
from guidance.policies.enforcing import Local
from guidance.policies.policy import Enforcement
from guidance.services.policies import Standing, as_judging, compiled_body


@dataclass(frozen=True)
class Supposed:
    policy: CompiledPolicy
    standing: Standing


def suppose(
    slug: str, row: Policy | None, *, source: str | None, enforcement: Enforcement | None, enforcement_in: Iterable[Local] | None
) -> Supposed:
    """Without a word about levels: that it were enforced everywhere. Raises PolicyError for a new body that does not compile."""
    policy = as_judging(row) if source is None and row else compiled_body(source or "", slug)
    if policy.name != slug:
        body = policy.policy.source
        raise PolicyError(body.problem(("metadata", "name"), f"the policy is called {policy.name!r} here, but it is asked about {slug!r}"))
    if enforcement is None and enforcement_in is None:
        return Supposed(policy, Standing(Enforcement.SOFT_MANDATORY, (), policy.policy.guidance.owner))
    level = enforcement or (Enforcement(row.enforcement) if row else policy.enforcement)
    local = tuple(enforcement_in) if enforcement_in is not None else row.local_levels if row else ()
    return Supposed(policy, Standing(level, local, policy.policy.guidance.owner))
