"""Joining and leaving groups: whoever may decide is decided here, so each is an event of the ledger."""

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
    members = Membership.objects.filter(group_id=group, account__kind=Account.Kind.PERSON, account__is_active=True)
    return len({alias_of or own for alias_of, own in members.values_list("account__alias_of_id", "account_id")})
