"""Pure: whom a policy lets pass, and the words that a finding carries then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

EVERYTHING = "Namespace"
"""The kind of an exemption that means all objects of its namespace."""
LONGEST = timedelta(days=366)
"""So long an exemption, or an override, lasts at most: what must hold for longer is asked for again."""


@dataclass(frozen=True)
class Exempted:
    """An exemption in one namespace that has not ended."""

    id: UUID
    policy: str
    kind: str
    name: str
    words: str

    def lets_pass(self, kind: object, name: object) -> bool:
        return self.kind == EVERYTHING or (self.kind, self.name) == (kind, name)


def words(*, until: datetime, granted_by: Sequence[str], asked_by: str, reason: str) -> str:
    """Who exempted it until when, and why."""
    ends = f"{until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"exempted until {ends} by {', '.join(granted_by)}, as {asked_by} had asked: {reason}"


def exempted(manifest: Mapping[str, object], here: Iterable[Exempted]) -> dict[str, Exempted]:
    """By the names of the policies that this object is exempted from; what is said of the object itself counts first."""
    metadata = manifest.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    found = [one for one in here if one.lets_pass(manifest.get("kind"), name)]
    return {one.policy: one for one in sorted(found, key=lambda one: one.kind != EVERYTHING)}
