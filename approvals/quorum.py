"""Pure: what a review still needs when every person counts for one group only."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class GroupNeed:
    """So many distinct people of one group."""

    group: str
    required: int


@dataclass(frozen=True)
class Vote:
    """An approval, and the groups that the person could speak for."""

    person: UUID
    groups: frozenset[str]


def approvals(needs: Sequence[GroupNeed], votes: Sequence[Vote]) -> dict[str, int]:
    """How many approvals each group has when the votes are shared out as well as can be (a maximum bipartite matching).

    Never more than required: whoever comes after a group is full counts for another of her groups, or for none.
    """
    required = {need.group: need.required for need in needs}
    seats: dict[str, list[Vote]] = {group: [] for group in required}
    for vote in distinct(votes):
        _seat(vote, required, seats, set())
    return {group: len(taken) for group, taken in seats.items()}


def missing(needs: Sequence[GroupNeed], votes: Sequence[Vote]) -> list[GroupNeed]:
    """Groups that still lack approvals, and how many."""
    have = approvals(needs, votes)
    return [GroupNeed(need.group, need.required - have[need.group]) for need in needs if have[need.group] < need.required]


def distinct(votes: Sequence[Vote]) -> list[Vote]:
    """One vote per person, with all groups that the person's votes name."""
    groups: dict[UUID, frozenset[str]] = {}
    for vote in votes:
        groups[vote.person] = groups.get(vote.person, frozenset()) | vote.groups
    return [Vote(person, named) for person, named in groups.items()]


def _seat(vote: Vote, required: dict[str, int], seats: dict[str, list[Vote]], tried: set[str]) -> bool:
    """Find the vote a seat, moving seated voters to their other groups where that makes room (an augmenting path)."""
    for group in sorted(vote.groups & required.keys()):
        if group in tried:
            continue
        tried.add(group)
        taken = seats[group]
        if len(taken) < required[group]:
            taken.append(vote)
            return True
        for position, seated in enumerate(taken):
            if _seat(seated, required, seats, tried):
                taken[position] = vote
                return True
    return False
