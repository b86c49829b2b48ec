"""What every door has in common: what one can do to a request through it, and how it answers."""

from dataclasses import dataclass
from typing import Protocol

from autonomy.models import ActionRequest


@dataclass(frozen=True)
class Answer:
    """How a door answered: the slug of the problem that refused (None when it was done), and the words that the caller got."""

    refused_because: str | None
    words: str = ""

    @property
    def done(self) -> bool:
        return self.refused_because is None


class Door(Protocol):
    """What a person can do to a request through one door. `digest` is that of the plan which she saw: the current one unless given."""

    def approve(self, request: ActionRequest, *, digest: str | None = None, comment: str = "") -> Answer: ...

    def deny(self, request: ActionRequest, *, comment: str) -> Answer: ...

    def cancel(self, request: ActionRequest) -> Answer: ...

    def sees(self, request: ActionRequest) -> bool:
        """Whether this door shows her the request at all."""


def current_digest(request: ActionRequest) -> str:
    return ActionRequest.objects.select_related("plan").get(pk=request.pk).plan_digest
