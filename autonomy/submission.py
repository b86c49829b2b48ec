"""What a door hands in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Override:
    """The wish to pass soft-mandatory policies until a time, which their owners must approve."""

    policies: tuple[str, ...]
    reason: str
    until: datetime


@dataclass(frozen=True)
class Submission:
    """An action that somebody asks for, parsed but not yet judged. `kind` is empty where the action implies it."""

    action: str
    cluster: str
    namespace: str
    name: str
    kind: str
    parameters: Mapping[str, object]
    reason: str = ""
    dry_run: bool = False
    override: Override | None = None
    idempotency_key: str = ""
    fingerprint: str = ""
    """Digest of the whole body, to tell a repetition from another request with the same key."""
