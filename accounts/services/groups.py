"""Joining and leaving groups: whoever may decide is decided here, so each is an event of the ledger."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Account, Membership
from audit.actor import Actor
from audit.ledger import Change, commit, judged_again


@judged_again
def join(account: Account, group: str, *, actor: Actor) -> Membership:
    """Being in already changes nothing, also not since when."""
    there = Membership.objects.filter(account=account, group_id=group).first()
    if there is not None:
        return there
    membership = Membership(account=account, group_id=group)
    change = Change(membership, "membership.began", actor, {"account": account.username, "group": group})
    commit(change.set(since=change.at))
    return membership


@judged_again
def leave(account: Account, group: str, *, actor: Actor) -> None:
    """Approvals that this person gave for the group do not count any more."""
    there = Membership.objects.filter(account=account, group_id=group).first()
    if there is not None:
        commit(Change(there, "membership.ended", actor, {"account": account.username, "group": group}).remove_subject())


def people_in(group: str) -> int:
    """How many distinct people could speak for a group."""
    return len(_spoken_for(Membership.objects.filter(group_id=group)))


def groups_of_people() -> Mapping[UUID, frozenset[str]]:
    """The groups that each person could speak for, with whichever account; who is in none is left out."""
    return _spoken_for(Membership.objects.all())


def _spoken_for(memberships: QuerySet[Membership]) -> Mapping[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    members = memberships.filter(account__kind=Account.Kind.PERSON, account__is_active=True)
    for alias_of, own, group in members.values_list("account__alias_of_id", "account_id", "group_id"):
        found[alias_of or own].add(group)
    return {person: frozenset(groups) for person, groups in found.items()}
