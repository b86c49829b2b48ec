"""Case 7: a quorum counts humans, each once and for one group; whoever comes late does not stall it."""

import pytest

from approvals.models import ApprovalRule
from tests.plugins.world import Person, World
from tests.security.scenes import Doors, another_account, nothing_happens


@pytest.fixture
def two_admins(world: World) -> None:
    """Two platform admins must agree to rules of the product."""
    ApprovalRule.objects.filter(slug="rules-by-admins").update(needs={"platform-admins": 2})


def test_two_accounts_of_one_human_are_one_vote(two_admins: None, world: World, alice: Person, carol: Person, door: Doors) -> None:
    second = another_account(world, "carol2", of=carol, groups=("platform-admins",))
    request = world.waiting(alice)
    assert door(carol).approve(request).done

    with nothing_happens(world, request):
        assert door(second).approve(request).done  # the same vote again
        assert door(second).deny(request, comment="no").refused_because == "already-decided"


def test_two_accounts_that_turn_out_to_be_one_human_do_not_run_it(
    two_admins: None, world: World, alice: Person, carol: Person, door: Doors
) -> None:
    """Somebody finds out between the last approval and the execution."""
    second = another_account(world, "karoline", groups=("platform-admins",))
    request = world.waiting(alice)
    assert door(carol).approve(request).done
    assert door(second).approve(request).done
    second.account.alias_of = carol.account
    second.account.save()
    world.work()

    assert world.fresh(request).status == "awaiting_approval"
    assert world.events(request)[-1] == "request.approval_voided"


def test_one_vote_too_many_neither_counts_nor_stalls(
    two_admins: None, world: World, alice: Person, carol: Person, frank: Person, gina: Person, door: Doors
) -> None:
    world.join(gina, "platform-admins", hours=1)
    request = world.waiting(alice)
    assert door(carol).approve(request).done
    assert door(frank).approve(request).done

    assert door(gina).approve(request).refused_because == "not-open"
    world.work()
    assert world.fresh(request).status == "succeeded"
    assert world.events(request).count("request.approved") == 1
