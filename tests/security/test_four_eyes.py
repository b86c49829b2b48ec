"""Nobody decides on her own request, whichever way she tries, through any door."""

from collections.abc import Callable

import pytest

from accounts.models import Account
from autonomy.models import Boundary
from tests.plugins.door import Door
from tests.plugins.world import Person, World

Doors = Callable[[Person], Door]
WAITING = ["request.submitted", "request.review_opened"]


def nothing_happened(world: World, request: object) -> bool:
    world.work()
    return world.events(request) == WAITING and not Boundary.objects.filter(slug="weekend").exists()  # type: ignore[arg-type]


def test_the_requester_does_not_approve_her_own_request(world: World, carol: Person, door: Doors) -> None:
    request = world.waiting(carol)

    assert door(carol).approve(request).refused_because == "own-request"
    assert nothing_happened(world, request)


def test_nor_does_she_deny_it(world: World, carol: Person, door: Doors) -> None:
    request = world.waiting(carol)

    assert door(carol).deny(request, comment="no").refused_because == "own-request"
    assert nothing_happened(world, request)


def test_being_a_superuser_changes_nothing(world: World, carol: Person, door: Doors) -> None:
    Account.objects.filter(pk=carol.account.pk).update(is_superuser=True)
    request = world.waiting(carol)

    assert door(carol).approve(request).refused_because == "own-request"
    assert nothing_happened(world, request)


def test_a_superuser_who_is_no_reviewer_does_not_decide(world: World, alice: Person, gina: Person, door: Doors) -> None:
    Account.objects.filter(pk=gina.account.pk).update(is_superuser=True)
    request = world.waiting(alice)

    assert door(gina).approve(request).refused_because == "not-your-stage"
    assert nothing_happened(world, request)


def test_who_joins_the_group_after_the_request_does_not_decide(world: World, alice: Person, gina: Person, door: Doors) -> None:
    request = world.waiting(alice)
    world.join(gina, "platform-admins")

    assert door(gina).approve(request).refused_because == "not-your-stage"
    assert nothing_happened(world, request)


def test_who_was_in_the_group_before_does(world: World, alice: Person, gina: Person, door: Doors) -> None:
    world.join(gina, "platform-admins", hours=1)
    request = world.waiting(alice)

    assert door(gina).approve(request).done
    world.work()
    assert Boundary.objects.filter(slug="weekend").exists()


def test_who_has_left_the_group_does_not_decide(world: World, alice: Person, carol: Person, frank: Person, door: Doors) -> None:
    world.join(carol, "security", hours=1)  # she still sees the request
    request = world.waiting(alice)
    world.leave(carol, "platform-admins")

    assert door(carol).approve(request).refused_because == "not-your-stage"
    assert nothing_happened(world, request)


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_another_role_does_not_decide(world: World, alice: Person, dave: Person, door: Doors, decision: str) -> None:
    request = world.waiting(alice)
    way_in = door(dave)

    answer = way_in.approve(request) if decision == "approve" else way_in.deny(request, comment="no")

    assert answer.refused_because == "not-your-stage"
    assert nothing_happened(world, request)


def test_one_person_counts_once(world: World, alice: Person, carol: Person, door: Doors) -> None:
    """She is in both groups that must agree: she is one of them, not both."""
    needs = {"platform-admins": 1, "security": 1}
    rule = world.submit(alice, "approval-rule.set", {"actions": ["boundary.*"], "needs": needs}, name="both")
    world.work()
    door(carol).approve(rule)
    world.work()
    world.join(carol, "security", hours=1)
    request = world.waiting(alice)

    assert door(carol).approve(request).done
    assert world.fresh(request).status == "awaiting_approval"
    assert door(world["frank"]).approve(request).done
    assert world.fresh(request).status == "queued"


def test_what_one_may_not_see_one_does_not_decide(world: World, alice: Person, bob: Person, door: Doors) -> None:
    request = world.waiting(alice)

    way_in = door(bob)
    assert not way_in.sees(request)
    assert way_in.approve(request).refused_because == "not-found"
    assert nothing_happened(world, request)
