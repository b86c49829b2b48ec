"""The ways in, so that a rule is proven once for all of them: `door(alice).approve(request)`.

A further door is a class with the methods of `Door` in a file of its own, and a line in `DOORS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from autonomy.models import ActionRequest
from tests.plugins.world import Person


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


class RestDoor:
    def __init__(self, person: Person, _: pytest.FixtureRequest) -> None:
        self.client = person.client

    def approve(self, request: ActionRequest, *, digest: str | None = None, comment: str = "") -> Answer:
        seen = current_digest(request) if digest is None else digest
        return self._post(request, "approve", {"digest": seen, "comment": comment})

    def deny(self, request: ActionRequest, *, comment: str) -> Answer:
        return self._post(request, "deny", {"comment": comment})

    def cancel(self, request: ActionRequest) -> Answer:
        return self._post(request, "cancel", {})

    def sees(self, request: ActionRequest) -> bool:
        status: int = self.client.get(f"/api/v1/requests/{request.id}/").status_code
        return status == 200

    def _post(self, request: ActionRequest, verb: str, body: Mapping[str, Any]) -> Answer:
        answer = self.client.post(f"/api/v1/requests/{request.id}/{verb}/", body)
        if answer.status_code == 200:
            return Answer(None)
        problem = answer.json()
        return Answer(problem["type"].rpartition("/")[2], problem["detail"])


def current_digest(request: ActionRequest) -> str:
    return ActionRequest.objects.select_related("plan").get(pk=request.pk).plan_digest


DOORS: Mapping[str, Callable[[Person, pytest.FixtureRequest], Door]] = {"rest": RestDoor}


@pytest.fixture(params=sorted(DOORS))
def door(request: pytest.FixtureRequest) -> Callable[[Person], Door]:
    """Runs the test once for each door; a door may ask `request` for the fixtures that it needs."""
    make = DOORS[request.param]
    return lambda person: make(person, request)
