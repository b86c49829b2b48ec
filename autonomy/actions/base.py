"""What an action of the catalogue is: its parameters, what it would change, and how it is done."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from audit import canonical
from audit.ledger import Change
from autonomy.models import ActionRequest, Level

Object = dict[str, Any]


class Parameters(BaseModel):
    """The base of all parameters: unknown members are refused, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


P = TypeVar("P", bound=Parameters)
ANY_KIND = ""


@dataclass(frozen=True)
class Target:
    """What an action acts on. `cluster` and `namespace` are empty for the product's own rules."""

    cluster: str
    namespace: str
    kind: str
    name: str

    def as_json(self) -> dict[str, str]:
        return {"cluster": self.cluster, "namespace": self.namespace, "kind": self.kind, "name": self.name}


@dataclass(frozen=True)
class Ask(Generic[P]):
    """One request as its action sees it."""

    id: UUID
    target: Target
    parameters: P
    fixed: Mapping[str, Any]
    request: ActionRequest | None = None


@dataclass(frozen=True)
class Draft:
    """What a dry run would change: the digest covers all of it but the resourceVersion, which status alone can raise."""

    target: Target
    uid: str | None
    before: Object | None
    after: Object | None
    diff: str
    resource_version: str = ""
    warnings: Sequence[str] = ()

    @cached_property
    def body(self) -> bytes:
        return canonical.encode(
            {"target": self.target.as_json(), "uid": self.uid, "before": self.before, "after": self.after, "diff": self.diff}
        )

    @cached_property
    def digest(self) -> str:
        return canonical.digest_of_bytes(self.body)


@dataclass(frozen=True)
class Outcome:
    """What an execution did. With `rollout` the request stays running until the watcher has seen it through.

    `changes` are changes of the product's own rules, committed in one statement with the end of the request.
    """

    result: Mapping[str, object]
    rollout: Mapping[str, object] | None = None
    changes: Sequence[Change] = field(default=())


class Drifted(Exception):
    """The target is no longer what was reviewed; `draft` is what the request would do to it now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("the target has changed since it was reviewed")
        self.draft = draft


class ActionFailed(Exception):
    """The action cannot be done and will not be tried again; `reason` is one word, `hint` how to mend it."""

    def __init__(self, message: str, *, reason: str, hint: str = "") -> None:
        super().__init__(message)
        self.reason, self.hint = reason, hint


class Action(ABC, Generic[P]):
    """An entry of the catalogue. One class, one file: adding an action is adding a file."""

    name: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[str]
    """What it acts on; ANY_KIND where each target says it."""
    level: ClassVar[Level]
    in_cluster: ClassVar[bool] = True
    Parameters: type[P]

    def check(self, target: Target, parameters: P) -> None:
        """Refuse what the parameter model cannot see. Raises BadParameters, BadTarget."""

    def fix(self, *, now: datetime) -> dict[str, Any]:  # noqa: ARG002
        """What the execution will write besides the parameters, fixed before its first attempt so that repeating is harmless."""
        return {}

    def manifest(self, target: Target, parameters: P) -> Object | None:  # noqa: ARG002
        """The object that policies judge, or None where the action brings none."""
        return None

    def deciders(self, target: Target, parameters: P) -> frozenset[str]:  # noqa: ARG002
        """The groups whose agreement is needed whatever approval rules say, and enough where none matches: owners of what changes."""
        return frozenset()

    @abstractmethod
    def plan(self, ask: Ask[P]) -> Draft:
        """Dry-run the action. Raises ActionFailed, and the temporary errors of the cluster."""

    @abstractmethod
    def execute(self, ask: Ask[P]) -> Outcome:
        """Do it now. Raises ActionFailed, and the temporary errors of the cluster."""

    @abstractmethod
    def execute_approved(self, ask: Ask[P], approved: Draft) -> Outcome:
        """Do exactly what was approved. Raises Drifted besides what `execute` raises."""


AnyAction = Action[Any]
