"""The pure quorum: every person counts once, and for the group where it helps most."""

from itertools import product
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.quorum import GroupNeed, Vote, approvals, missing

ADMIN, SECURITY = "platform-admins", "security"
BOTH = [GroupNeed(ADMIN, 1), GroupNeed(SECURITY, 1)]


def vote(*groups: str, person: UUID | None = None) -> Vote:
    return Vote(person or uuid4(), frozenset(groups))


def test_one_person_in_two_groups_does_not_satisfy_both() -> None:
    assert missing(BOTH, [vote(ADMIN, SECURITY)]) == [GroupNeed(SECURITY, 1)]


def test_a_person_in_two_groups_makes_room_for_one_who_is_in_only_one() -> None:
    assert missing(BOTH, [vote(ADMIN, SECURITY), vote(ADMIN)]) == []


def test_the_order_of_the_votes_does_not_matter() -> None:
    assert missing(BOTH, [vote(ADMIN), vote(ADMIN, SECURITY)]) == []


def test_voting_twice_counts_once() -> None:
    person = uuid4()
    assert missing([GroupNeed(SECURITY, 2)], [vote(SECURITY, person=person), vote(SECURITY, person=person)]) == [GroupNeed(SECURITY, 1)]


def test_more_approvals_than_needed_do_not_stall() -> None:
    assert missing([GroupNeed(SECURITY, 1)], [vote(SECURITY), vote(SECURITY), vote(SECURITY)]) == []
    assert approvals([GroupNeed(SECURITY, 1)], [vote(SECURITY), vote(SECURITY)]) == {SECURITY: 1}


def test_a_vote_for_a_group_that_is_not_asked_counts_nothing() -> None:
    assert missing([GroupNeed(SECURITY, 1)], [vote("payments"), vote()]) == [GroupNeed(SECURITY, 1)]


NAMES = ["a", "b", "c"]
needs = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), min_size=1).map(lambda some: [GroupNeed(*need) for need in some.items()])
votes = st.lists(st.frozensets(st.sampled_from(NAMES)).map(lambda groups: vote(*groups)), max_size=5)


@settings(max_examples=150, deadline=None)
@given(needs, votes)
def test_no_way_of_sharing_out_the_votes_fills_more_seats(asked: list[GroupNeed], cast: list[Vote]) -> None:
    required = {need.group: need.required for need in asked}
    best = 0
    for choice in product(*[[None, *sorted(one.groups & required.keys())] for one in cast]):
        filled = sum(min(choice.count(group), needed) for group, needed in required.items())
        best = max(best, filled)

    assert sum(approvals(asked, cast).values()) == best
