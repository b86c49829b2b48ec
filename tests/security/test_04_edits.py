"""Case 4: a request is never edited; a change of mind is a new request, which has no approvals."""

import pytest

from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS, Doors, nothing_happens


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_method_edits_or_removes_it(world: World, alice: Person, carol: Person, method: str) -> None:
    request = world.waiting(alice)
    changed = {"parameters": {"level": 1}, "reason": "harmless"}

    with nothing_happens(world, request):
        for path in (f"{REQUESTS}{request.id}/", f"{REQUESTS}{request.id}", REQUESTS, f"{REQUESTS}{request.id}/approve/"):
            for who in (alice, carol):
                browser = who.browser
                headers = {"authorization": f"Bearer {who.secret}"}
                answer = getattr(browser, method)(path, changed, content_type="application/json", headers=headers)
                assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")


def test_the_same_wish_again_starts_without_approvals(world: World, alice: Person, carol: Person, door: Doors) -> None:
    first = world.waiting(alice)
    assert door(carol).approve(first).done
    second = world.waiting(alice, level=2)

    with nothing_happens(world, second):
        assert world.fresh(second).status == "awaiting_approval"
        assert door(carol).approve(second, digest=first.plan_digest).refused_because == "plan-changed"
