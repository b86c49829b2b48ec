"""A rule that is changed or removed while a request waits fails closed, through any door."""

from collections.abc import Callable
from typing import Any

from autonomy.models import Boundary
from tests.plugins.door import Door
from tests.plugins.world import Person, World

Doors = Callable[[Person], Door]


def change_rule(world: World, name: str, parameters: dict[str, Any]) -> None:
    rule = world.submit(world["alice"], "approval-rule.set", parameters, name=name)
    world.work()
    answer = world["frank"].client.post(f"/api/v1/requests/{rule.id}/approve/", {"digest": world.fresh(rule).plan_digest})
    assert answer.status_code == 200
    world.work()
    assert world.fresh(rule).status == "succeeded"


def test_a_changed_rule_is_asked_anew(world: World, alice: Person, carol: Person, door: Doors) -> None:
    request = world.waiting(alice)
    change_rule(world, "rules-by-admins", {"actions": ["boundary.*", "approval-rule.*"], "needs": {"platform-admins": 2}})

    assert door(carol).approve(request).refused_because == "review-changed"

    assert world.fresh(request).status == "awaiting_approval"
    assert world.events(request)[-1] == "request.review_reopened"
    assert not Boundary.objects.filter(slug="weekend").exists()


def test_without_a_rule_it_ends(world: World, alice: Person, carol: Person, door: Doors) -> None:
    request = world.waiting(alice)
    change_rule(world, "rules-by-admins", {"actions": ["approval-rule.*"], "needs": {"platform-admins": 1}})

    assert door(carol).approve(request).refused_because == "review-changed"

    assert world.fresh(request).status == "failed"
    assert not Boundary.objects.filter(slug="weekend").exists()


def test_an_approval_is_used_once(world: World, alice: Person, carol: Person, frank: Person, door: Doors) -> None:
    request = world.waiting(alice)
    assert door(carol).approve(request).done
    world.work()
    assert world.fresh(request).status == "succeeded"

    assert door(frank).approve(request).refused_because == "not-open"
    world.work()
    assert world.events(request).count("request.succeeded") == 1
