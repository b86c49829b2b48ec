"""What has ended stays as it ended, whatever is asked of it."""

from collections.abc import Callable

import pytest

from approvals.services import decide
from approvals.services.expire import expire
from audit.problems import Problem
from autonomy.models import ActionRequest
from autonomy.services.cancel import cancel
from autonomy.status import TERMINAL, TRANSITIONS, IllegalTransition, Status, check
from tests.approvals.scenes import approve
from tests.autonomy.scenes import WORKER
from tests.plugins.world import World
from workers.sweeper import sweep_once

Way = Callable[[World, ActionRequest], object]
ENDS: dict[str, Way] = {
    "succeeded": lambda world, request: (approve(request, world["carol"]), world.work()),
    "denied": lambda world, request: decide.deny(request.id, actor=world["carol"].actor(), comment="No."),
    "cancelled": lambda world, request: cancel(request.id, actor=world["alice"].actor()),
}


def attempts(world: World, request: ActionRequest) -> list[Callable[[], object]]:
    return [
        lambda: decide.approve(request.id, actor=world["frank"].actor(), digest=request.plan_digest),
        lambda: decide.deny(request.id, actor=world["frank"].actor(), comment="No."),
        lambda: cancel(request.id, actor=world["alice"].actor()),
        lambda: expire(request.id, actor=WORKER),
        sweep_once,
        world.work,
    ]


@pytest.mark.parametrize("end", ENDS)
def test_no_verb_moves_a_request_that_has_ended(world: World, end: str) -> None:
    request = world.waiting(world["alice"])
    ENDS[end](world, request)
    before = world.fresh(request)
    assert before.status == end
    refused = []

    for attempt in attempts(world, request):
        try:
            attempt()
        except Problem as problem:
            refused.append(type(problem).slug)

    after = world.fresh(request)
    assert (after.status, after.seq, bytes(after.head)) == (end, before.seq, bytes(before.head))
    assert refused == ["not-open", "not-open", *(["illegal-transition"] if end != "cancelled" else [])]


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_no_status_follows_a_last_one(status: Status) -> None:
    for follower in Status:
        with pytest.raises(IllegalTransition):
            check(status, follower)


def test_every_status_is_reached_and_left_as_the_table_says() -> None:
    reached = {follower for followers in TRANSITIONS.values() for follower in followers} | {Status.SUBMITTED, Status.POLICY_FAILED}

    assert reached == set(Status)
    assert {"policy_failed", "planned", "succeeded", "failed", "denied", "cancelled", "expired"} == TERMINAL
