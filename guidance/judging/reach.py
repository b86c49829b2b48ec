"""Which parts of a manifest can change what a policy says: told from the texts of its expressions, surely and without running them.

An expression can only get to a value along the members that it names: `object.spec.hostNetwork`, or `container.image` for each element of
a list. So a change elsewhere leaves its verdict as it is, and need not be judged by it. What is not understood counts as read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from guidance.documents.pointer import WILDCARD, parse
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.subject import Target
from guidance.manifests.resources import Resource
from guidance.policies import vap
from guidance.policies.matching import Operation
from guidance.policies.policy import Validation

Path = tuple[str, ...]
MENTION = r"\b(?:{names})\b((?:\s*\.\s*\??\s*[A-Za-z_][A-Za-z0-9_]*\b(?!\s*\())*)"
MEMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NAMES_IT = frozenset({"name", "generateName", "namespace"})
"""Members of metadata that the request repeats, and the pod of a workload takes over."""


@dataclass(frozen=True)
class Reach:
    """`below`: what is read with everything in it; `lists`: what is gone over, whose elements are read only as `below` says."""

    below: frozenset[Path]
    lists: frozenset[Path]

    def touches(self, at: Path) -> bool:
        """Whether a change at this place may be seen."""
        return any(_overlap(path, at) for path in self.below) or any(_overlap(path, at) and len(at) <= len(path) + 1 for path in self.lists)


@lru_cache(maxsize=4096)
def affected(policies: tuple[CompiledPolicy, ...], kind: Resource, operation: Operation | None, at: Path) -> tuple[CompiledPolicy, ...]:
    """Those that may say something else after a change at this place of a manifest of this kind, in their order."""
    return tuple(policy for policy in policies if _may_see(policy, kind, operation, at))


def _may_see(policy: CompiledPolicy, kind: Resource, operation: Operation | None, at: Path) -> bool:
    if policy.aim.minds_names:
        return True
    targets = policy.aim.targets(kind, operation, "")
    if not targets:
        return False
    if not policy.as_written:
        return True  # one value may be the default of another
    if not policy.goes_together or len(at) < 2 or (at[0] == "metadata" and at[1] in NAMES_IT):
        return True
    pod_at = tuple(map(str, kind.pod_at or ()))
    prefixes = [pod_at if target is Target.ITS_POD else () for target in targets]
    return any(_overlap(prefix, at) and reach(policy).touches(at[len(prefix) :]) for prefix in prefixes)


@lru_cache(maxsize=1024)
def reach(policy: CompiledPolicy) -> Reach:
    """What the expressions of a policy can read of the object."""
    spec = policy.policy.spec
    below = {path for text in vap.expressions(spec) for path in _mentions(text, "object")}
    below |= {path for validation in spec.validations for path in _of_elements(validation)}
    lists = {parse(pointer) for validation in spec.validations if validation.each for pointer in validation.each.lists}
    return Reach(frozenset(below), frozenset(lists))


def _of_elements(validation: Validation) -> Iterator[Path]:
    if validation.each is None:
        return
    for pointer in validation.each.lists:
        for path in _mentions(validation.expression, validation.each.name):
            yield (*parse(pointer), WILDCARD, *path)


def _mentions(text: str, name: str) -> Iterator[Path]:
    for found in re.finditer(MENTION.format(names=name), text):
        yield tuple(MEMBER.findall(found.group(1)))


def _overlap(path: Path, at: Path) -> bool:
    """Whether one leads to the other, or to something in it."""
    return all(mine in (WILDCARD, yours) for mine, yours in zip(path, at, strict=False))
