"""Pure: how strictly a policy is enforced in one place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from guidance.policies.policy import Enforcement


def strictest_first(findings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Stored findings as reviewers read them: what refuses before what advises, and what is exempted last."""
    return sorted(findings, key=lambda one: (one.get("exempted") is not None, -Enforcement(one["enforcement"]).rank))


@dataclass(frozen=True)
class Where:
    """A place as the organisation knows it: `team` is None for the platform's own, `environment` empty where nobody has told."""

    cluster: str = ""
    namespace: str = ""
    team: str | None = None
    environment: str = ""


@dataclass(frozen=True)
class Local:
    """The level in one environment, of one team, or in one namespace (of one cluster, or of that name in all)."""

    level: Enforcement
    environment: str = ""
    team: str = ""
    namespace: str = ""
    cluster: str = ""

    @classmethod
    def of(cls, row: Mapping[str, str]) -> Self:
        """From `as_json`."""
        return cls(Enforcement(row["level"]), **{name: value for name, value in row.items() if name != "level"})

    def as_json(self) -> dict[str, str]:
        """Without what is not said."""
        named = {"cluster": self.cluster, "namespace": self.namespace, "team": self.team, "environment": self.environment}
        return {name: value for name, value in named.items() if value} | {"level": self.level.value}

    @property
    def place(self) -> str:
        """In words."""
        if self.namespace:
            return f"namespace {self.cluster}/{self.namespace}" if self.cluster else f"namespace {self.namespace}"
        return f"team {self.team}" if self.team else f"environment {self.environment}"

    def holds_in(self, where: Where) -> bool:
        wanted = ((self.environment, where.environment), (self.team, where.team), (self.namespace, where.namespace))
        return all(value in ("", there) for value, there in wanted) and self.cluster in ("", where.cluster)

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """The more specific, the greater."""
        return bool(self.namespace and self.cluster), bool(self.namespace), bool(self.team)


def level_in(where: Where, everywhere: Enforcement, locals_: Iterable[Local]) -> Enforcement:
    """That of the most specific place that is named: a namespace before a team, a team before an environment."""
    holding = [one for one in locals_ if one.holds_in(where)]
    return max(holding, key=lambda one: one.rank).level if holding else everywhere
