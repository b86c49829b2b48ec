"""Case 1: the rule is in the service, so every door refuses the same for the same reason."""

from tests.plugins.world import Person, World
from tests.security.scenes import Doors, nothing_happens, time_is_over


def test_what_nobody_has_planned_yet_is_not_decided(world: World, alice: Person, carol: Person, door: Doors) -> None:
    request = world.submit(alice, "boundary.set", {"level": 1}, name="weekend")
    way_in = door(carol)

    assert way_in.approve(request, digest="sha256:" + "0" * 64).refused_because == "not-open"
    assert way_in.deny(request, comment="no").refused_because == "not-open"
    assert world.events(request) == ["request.submitted"]
    assert world.fresh(request).status == "submitted"


def test_what_runs_without_approval_is_not_decided(world: World, alice: Person, carol: Person, door: Doors) -> None:
    request = world.submit(alice, "deployment.restart")
    way_in = door(carol)

    assert way_in.approve(request, digest="sha256:" + "0" * 64).refused_because == "not-open"
    assert way_in.deny(request, comment="no").refused_because == "not-open"
    assert world.events(request) == ["request.queued"]


def test_when_the_time_is_over_nobody_decides(world: World, alice: Person, carol: Person, door: Doors) -> None:
    request = world.waiting(alice)
    time_is_over(request)
    way_in = door(carol)

    with nothing_happens(world, request):
        assert way_in.approve(request).refused_because == "review-expired"
        assert way_in.deny(request, comment="no").refused_because == "review-expired"


def test_a_denial_needs_a_reason(world: World, alice: Person, carol: Person, door: Doors) -> None:
    request = world.waiting(alice)
    way_in = door(carol)

    with nothing_happens(world, request):
        for comment in ("", "   ", "\n\t"):
            assert way_in.deny(request, comment=comment).refused_because == "comment-missing"


def test_nobody_takes_a_decision_back(world: World, alice: Person, carol: Person, frank: Person, door: Doors) -> None:
    request = world.waiting(alice)
    assert door(carol).deny(request, comment="no").done

    with nothing_happens(world, request):
        assert door(carol).approve(request).refused_because == "already-decided"
        assert door(frank).approve(request).refused_because == "not-open"


def test_who_has_approved_does_not_deny(world: World, alice: Person, carol: Person, frank: Person, door: Doors) -> None:
    request = world.waiting(alice)
    assert door(carol).approve(request).done
    world.work()

    with nothing_happens(world, request):
        assert door(carol).deny(request, comment="no").refused_because == "already-decided"
        assert door(frank).deny(request, comment="no").refused_because == "not-open"
