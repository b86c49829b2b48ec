"""Case 9: behind every account, token and service there are people, and none of them decides on what she asked for.

The plain ways are in test_four_eyes.py.
"""

import pytest

from accounts.models import Account, Scope
from accounts.services.tokens import issue
from approvals.models import Decision
from audit.actor import Actor
from tests.plugins.world import Person, RestClient, World
from tests.security.scenes import REQUESTS, Doors, another_account, nothing_happens, read_again


def test_an_alias_of_hers_does_not_decide(world: World, carol: Person, door: Doors) -> None:
    second = another_account(world, "carol2", of=carol, groups=("platform-admins",))
    request = world.waiting(carol)

    with nothing_happens(world, request):
        assert door(second).approve(request).refused_because == "own-request"
        assert door(second).deny(request, comment="no").refused_because == "own-request"


def test_she_does_not_decide_on_what_her_alias_asked_for(world: World, carol: Person, door: Doors) -> None:
    second = another_account(world, "carol2", of=carol, groups=("payments",))
    request = world.waiting(second)

    with nothing_happens(world, request):
        assert door(carol).approve(request).refused_because == "own-request"


def test_an_account_that_turns_out_to_be_hers_afterwards_does_not_help(world: World, carol: Person, door: Doors) -> None:
    second = another_account(world, "karoline", groups=("payments",))
    request = world.waiting(second)
    Account.objects.filter(pk=second.account.pk).update(alias_of=carol.account)

    with nothing_happens(world, request):
        assert door(carol).approve(request).refused_because == "own-request"
        assert carol.client.get(REQUESTS, {"waiting_for": "me"}).json()["results"] == []


def test_nor_when_she_has_approved_before_anybody_knew(world: World, carol: Person, door: Doors) -> None:
    second = another_account(world, "karoline", groups=("payments",))
    request = world.waiting(second)
    assert door(carol).approve(request).done
    Account.objects.filter(pk=second.account.pk).update(alias_of=carol.account)
    world.work()

    assert world.fresh(request).status == "awaiting_approval"
    assert world.events(request)[-1] == "request.approval_voided"


def test_who_made_a_services_token_does_not_decide_on_what_was_asked_with_it(
    world: World, carol: Person, ci_payments: Person, door: Doors
) -> None:
    world.join(ci_payments, "security", hours=1)  # a service of a reviewing group may ask for rules of the product
    secret = issue(ci_payments.account, name="by carol", scopes=[Scope.READ, Scope.WRITE], actor=carol.actor()).secret
    body = {"action": "boundary.set", "target": {"name": "weekend"}, "parameters": {"level": 1}}
    sent = RestClient(secret).post(REQUESTS, body).json()
    world.work()
    request = world.fresh(ci_payments.account.action_requests.get(pk=sent["id"]))

    with nothing_happens(world, request):
        assert door(carol).approve(request).refused_because == "own-request"


def test_the_owner_of_a_service_does_not_decide_on_what_it_asked_for(world: World, alice: Person, ci_payments: Person, door: Doors) -> None:
    world.join(ci_payments, "security", hours=1)
    world.join(alice, "platform-admins", hours=1)
    request = world.waiting(ci_payments)

    with nothing_happens(world, request):
        assert door(alice).approve(request).refused_because == "own-request"


def test_a_new_owner_does_not_make_the_old_one_another_human(
    world: World, alice: Person, bob: Person, ci_payments: Person, door: Doors
) -> None:
    world.join(ci_payments, "security", hours=1)
    world.join(alice, "platform-admins", hours=1)
    request = world.waiting(ci_payments)
    Account.objects.filter(pk=ci_payments.account.pk).update(owner=bob.account)

    with nothing_happens(world, request):
        assert door(alice).approve(request).refused_because == "own-request"


def test_a_service_that_nobody_answers_for_asks_for_nothing(world: World, ci_payments: Person) -> None:
    """Whoever holds its token could approve what it asks for, and nobody would know."""
    Account.objects.filter(pk=ci_payments.account.pk).update(owner=None)
    body = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}}

    answer = ci_payments.client.post(REQUESTS, body)

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/may-not-submit")
    assert not ci_payments.account.action_requests.exists()


@pytest.mark.parametrize("flag", ["is_superuser", "is_staff"])
def test_no_flag_makes_a_reviewer(world: World, alice: Person, bob: Person, door: Doors, flag: str) -> None:
    Account.objects.filter(pk=bob.account.pk).update(**{flag: True})
    request = world.waiting(alice)

    with nothing_happens(world, request):
        assert door(read_again(bob)).approve(request).refused_because == "not-found"


def test_a_token_that_another_issued_decides_nothing_and_is_not_told_that_it_could(
    world: World, alice: Person, carol: Person, frank: Person
) -> None:
    secret = issue(carol.account, name="by frank", scopes=list(Scope), actor=frank.actor()).secret
    request = world.waiting(alice)

    with nothing_happens(world, request):
        answer = RestClient(secret).post(f"{REQUESTS}{request.id}/approve/", {"digest": request.plan_digest})
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-a-person")
        assert RestClient(secret).get(REQUESTS, {"waiting_for": "me"}).json()["results"] == []


def test_a_token_that_a_superuser_made_by_command_is_hers_alone(world: World, alice: Person, carol: Person) -> None:
    secret = issue(carol.account, name="cli", scopes=list(Scope), actor=Actor.command("create_token")).secret
    request = world.waiting(alice)

    assert RestClient(secret).post(f"{REQUESTS}{request.id}/approve/", {"digest": request.plan_digest}).status_code == 200
    assert Decision.objects.get(review__request=request).person == carol.account.pk
