"""Who makes a change, and through which door: an explicit argument of every verb, frozen into every event."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from uuid import UUID


class ActorKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"
    SYSTEM = "system"


class Door(StrEnum):
    REST = "rest"
    ADMIN = "admin"
    SLACK = "slack"
    COMMAND = "command"
    WORKER = "worker"


@dataclass(frozen=True)
class Actor:
    """The author of a change.

    `people` are the humans behind it: a person's own canonical id (an alias counts as the person), or for a service account
    those who own it or made its token. Four-eyes rules compare people, never accounts.
    """

    kind: ActorKind
    name: str
    door: Door
    id: UUID | None = None
    people: frozenset[UUID] = frozenset()
    groups: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def account(self) -> UUID:
        """The id of the account; only people and services have one. Raises ValueError for the system itself."""
        if self.id is None:
            raise ValueError(f"{self.name} is no account")
        return self.id

    @classmethod
    def worker(cls) -> Self:
        return cls(ActorKind.SYSTEM, "worker", Door.WORKER)

    @classmethod
    def command(cls, name: str) -> Self:
        return cls(ActorKind.SYSTEM, name, Door.COMMAND)
