"""From an account to the Actor of a change."""

from collections.abc import Iterable
from uuid import UUID

from accounts.models import Account, ApiToken, Membership
from audit.actor import Actor, ActorKind, Door


def groups_of(account: Account) -> frozenset[str]:
    return frozenset(Membership.objects.filter(account=account).values_list("group_id", flat=True))


def people_behind(account: Account, token: ApiToken | None = None) -> frozenset[UUID]:
    """The humans who act through this account (and this token), aliases resolved."""
    accounts = [account.owner if account.kind == Account.Kind.SERVICE else account]
    if token is not None and token.created_by_id != account.id:
        accounts.append(token.created_by)
    return frozenset(one.alias_of_id or one.id for one in accounts if one is not None)


def actor_of(account: Account, door: Door, *, token: ApiToken | None = None, groups: Iterable[str] | None = None) -> Actor:
    return Actor(
        kind=ActorKind(account.kind),
        name=account.get_username(),
        door=door,
        id=account.id,
        people=people_behind(account, token),
        groups=groups_of(account) if groups is None else frozenset(groups),
    )
