"""Pure: which boundaries a request meets, and the level that follows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

FULL, GUIDED, RESTRICTED = 1, 2, 3
UNKNOWN = "No boundary knows this action on this target, so a platform admin decides."


class Condition(Protocol):
    """A compiled condition: whether it holds for these variables."""

    def __call__(self, variables: Mapping[str, object], /) -> bool: ...


@dataclass(frozen=True)
class Rule:
    """A boundary, ready to be matched. An empty pattern list matches everything."""

    slug: str
    level: int
    reason: str
    actions: Sequence[str] = ()
    environments: Sequence[str] = ()
    namespaces: Sequence[str] = ()
    kinds: Sequence[str] = ()
    condition: Condition | None = None


@dataclass(frozen=True)
class Facts:
    """What boundaries may ask about a request."""

    action: str
    level: int
    cluster: str
    namespace: str
    environment: str
    kind: str
    name: str
    parameters: Mapping[str, object]

    def variables(self) -> dict[str, object]:
        target = {
            "cluster": self.cluster,
            "namespace": self.namespace,
            "environment": self.environment,
            "kind": self.kind,
            "name": self.name,
        }
        return {"action": self.action, "target": target, "parameters": dict(self.parameters)}


@dataclass(frozen=True)
class Because:
    """One reason for a level: the boundary that says so (None: the catalogue, or that nothing knows the target)."""

    boundary: str | None
    level: int
    reason: str

    def as_json(self) -> dict[str, object]:
        return {"boundary": self.boundary, "level": self.level, "reason": self.reason}


def any_matches(patterns: Sequence[str], value: str) -> bool:
    """Shell globs, case-sensitive; no patterns match everything."""
    return not patterns or any(fnmatchcase(value, pattern) for pattern in patterns)


def matches(rule: Rule, facts: Facts) -> bool:
    return (
        any_matches(rule.actions, facts.action)
        and any_matches(rule.environments, facts.environment)
        and any_matches(rule.namespaces, facts.namespace)
        and any_matches(rule.kinds, facts.kind)
        and (rule.condition is None or rule.condition(facts.variables()))
    )


def level_of(facts: Facts, rules: Iterable[Rule]) -> tuple[int, list[Because]]:
    """The most restrictive of the catalogue's level and all boundaries that match, and why.

    What no boundary knows is restricted: nothing falls through. A namespace without an environment is one that nobody has told us of: a
    boundary that speaks of the action alone does not know it either.
    """
    met = [rule for rule in rules if matches(rule, facts)]
    if not met or (facts.namespace and not facts.environment):
        return RESTRICTED, [Because(None, RESTRICTED, UNKNOWN)]
    level = max(facts.level, *(rule.level for rule in met))
    because = [Because(rule.slug, rule.level, rule.reason) for rule in met if rule.level == level]
    if facts.level == level and not because:
        because = [Because(None, level, f"{facts.action} is level {level} in the catalogue.")]
    return level, because
