"""Case 11: no bot, no service and no worker decides, whatever somebody wrote into the database for it."""

import pytest

from accounts.models import Account, ApiToken, Scope
from approvals.errors import NotAPerson
from approvals.services.decide import approve, deny
from audit.actor import Actor
from autonomy.errors import MayNotSee
from autonomy.models import ActionRequest
from tests.plugins.door import Answer
from tests.plugins.slack_door import SlackDoor
from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS, Doors, nothing_happens, read_again


@pytest.fixture
def dressed_up(world: World, ci_payments: Person) -> Person:
    """A service with all scopes, in the reviewing group, with a way into the admin."""
    ApiToken.objects.filter(account=ci_payments.account).update(scopes=[scope.value for scope in Scope])
    Account.objects.filter(pk=ci_payments.account.pk).update(is_staff=True, is_superuser=True)
    world.join(ci_payments, "platform-admins", hours=1)
    return read_again(ci_payments)


@pytest.fixture
def request_of_bob(world: World, bob: Person) -> ActionRequest:
    return world.waiting(bob)


def test_a_service_does_not_decide(world: World, dressed_up: Person, request_of_bob: ActionRequest, door: Doors) -> None:
    way_in = door(dressed_up)

    with nothing_happens(world, request_of_bob):
        assert way_in.approve(request_of_bob).refused_because == "not-a-person"
        assert way_in.deny(request_of_bob, comment="no").refused_because == "not-a-person"


def test_the_session_of_a_service_does_not_decide_by_the_api_either(
    world: World, dressed_up: Person, request_of_bob: ActionRequest
) -> None:
    browser = dressed_up.browser
    browser.cookies["csrftoken"] = "a" * 32

    with nothing_happens(world, request_of_bob):
        answer = browser.post(
            f"{REQUESTS}{request_of_bob.id}/approve/",
            {"digest": request_of_bob.plan_digest},
            content_type="application/json",
            headers={"x-csrftoken": "a" * 32},
        )
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-a-person")


def test_a_service_waits_for_nothing(dressed_up: Person, request_of_bob: ActionRequest) -> None:
    assert dressed_up.client.get(REQUESTS, {"waiting_for": "me"}).json()["results"] == []


def test_a_service_in_the_group_is_no_seat_of_the_quorum(
    world: World, dressed_up: Person, request_of_bob: ActionRequest, carol: Person, frank: Person
) -> None:
    for person in (carol, frank):
        world.leave(person, "platform-admins")

    assert carol.client.get(f"{REQUESTS}{request_of_bob.id}/").status_code == 404
    page = dressed_up.browser.get(f"/admin/requests/{request_of_bob.id}/").content.decode()
    assert "Nobody of this group may decide." in page


@pytest.mark.parametrize("actor", [Actor.worker(), Actor.command("approve")])
def test_the_executor_does_not_decide(world: World, request_of_bob: ActionRequest, actor: Actor) -> None:
    with nothing_happens(world, request_of_bob):
        with pytest.raises((NotAPerson, MayNotSee)):
            approve(request_of_bob.id, actor=actor, digest=request_of_bob.plan_digest)
        with pytest.raises((NotAPerson, MayNotSee)):
            deny(request_of_bob.id, actor=actor, comment="no")


@pytest.mark.parametrize("found", ["is_active"])
def test_an_account_that_is_switched_off_does_not_decide(
    world: World, request_of_bob: ActionRequest, carol: Person, request: pytest.FixtureRequest, found: str
) -> None:
    slack, browser = SlackDoor(carol, request), carol.browser
    browser.cookies["csrftoken"] = "a" * 32
    Account.objects.filter(pk=carol.account.pk).update(**{found: False})
    form = {"digest": request_of_bob.plan_digest, "csrfmiddlewaretoken": "a" * 32}

    with nothing_happens(world, request_of_bob):
        assert slack.approve(request_of_bob) == Answer("account-inactive", "Your account is switched off")
        assert browser.post(f"/admin/requests/{request_of_bob.id}/approve/", form)["Location"].startswith("/admin/login/")
        assert carol.client.post(f"{REQUESTS}{request_of_bob.id}/approve/", {"digest": request_of_bob.plan_digest}).status_code == 401
