"""The ways in, so that a rule is proven once for all of them: `door(alice).approve(request)`.

A further door is a class with the methods of `Door` in a file of its own, and a line in `DOORS`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from autonomy.models import ActionRequest
from tests.plugins.admin_door import AdminDoor
from tests.plugins.door import Answer, Door, current_digest
from tests.plugins.slack_door import SlackDoor
from tests.plugins.world import Person


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


DOORS: Mapping[str, Callable[[Person, pytest.FixtureRequest], Door]] = {"rest": RestDoor, "admin": AdminDoor, "slack": SlackDoor}


@pytest.fixture(params=sorted(DOORS))
def door(request: pytest.FixtureRequest) -> Callable[[Person], Door]:
    """Runs the test once for each door; a door may ask `request` for the fixtures that it needs."""
    make = DOORS[request.param]
    return lambda person: make(person, request)
