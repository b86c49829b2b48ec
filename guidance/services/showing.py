"""What people read of a policy: its examples with what they are told."""

from collections.abc import Iterator
from dataclasses import dataclass

from guidance.documents.jsontype import JsonValue
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import Finding
from guidance.judging.examples import judged
from guidance.policies.policy import Passing

Object = dict[str, JsonValue]


@dataclass(frozen=True)
class Example:
    """A manifest and what the policy says of it: nothing where it passes."""

    name: str
    manifest: Object
    old: Object | None
    namespace_object: Object | None
    findings: tuple[Finding, ...]

    @property
    def passes(self) -> bool:
        return not self.findings


def examples(policy: CompiledPolicy) -> list[Example]:
    """Those that pass come first, as in the file; none of a policy that cannot be read."""
    if policy.broken:
        return []
    written = policy.policy.examples
    return list(_shown(policy, (*written.passing, *written.failing)))


def _shown(policy: CompiledPolicy, written: tuple[Passing, ...]) -> Iterator[Example]:
    for one in written:
        yield Example(one.name, one.manifest, one.old, one.namespace_object, judged(policy, one).findings)
