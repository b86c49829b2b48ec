"""Case 3: there are no bulk calls, so nothing can be smuggled along with what one may do."""

import pytest

from autonomy.models import ActionRequest
from tests.plugins.admin_door import csrf_token
from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS, RESTART, nothing_happens


def test_a_list_of_submissions_is_refused_as_a_whole(world: World, alice: Person) -> None:
    answer = alice.client.post(REQUESTS, [RESTART, RESTART])

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-body")
    assert ActionRequest.objects.count() == 0


@pytest.mark.parametrize("verb", ["approve", "deny", "cancel"])
def test_a_decision_is_about_the_request_in_its_address(world: World, alice: Person, carol: Person, verb: str) -> None:
    """Ids in the body are unknown members; several in the address are no address."""
    first, second = world.waiting(alice), world.waiting(alice, name="other")
    body = {"approve": {"digest": first.plan_digest}, "deny": {"comment": "no"}, "cancel": {}}[verb]

    with nothing_happens(world, first), nothing_happens(world, second):
        for more in ({"ids": [str(second.id)]}, {"request": str(second.id)}, {"id": str(second.id)}):
            answer = carol.client.post(f"{REQUESTS}{first.id}/{verb}/", {**body, **more})
            assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-body")
        for path in (f"{first.id},{second.id}", f"{first.id}/{second.id}", "*"):
            assert carol.client.post(f"{REQUESTS}{path}/{verb}/", body).status_code == 404


def test_the_admin_takes_no_selection(world: World, alice: Person, carol: Person) -> None:
    first, second = world.waiting(alice), world.waiting(alice, name="other")
    browser = carol.browser
    form = {"csrfmiddlewaretoken": csrf_token(browser), "_selected_action": [str(first.id), str(second.id)]}

    with nothing_happens(world, first), nothing_happens(world, second):
        for action in ("approve", "delete_selected", "deny"):
            browser.post("/admin/autonomy/actionrequest/", {**form, "action": action, "post": "yes"})
