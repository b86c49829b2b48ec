"""API tokens: issue, look up, revoke."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.utils import timezone

from accounts.models import Account, ApiToken, Scope
from audit.actor import Actor
from audit.epoch import Epoch
from audit.ledger import Change, commit, judged_again
from audit.problems import Problem
from audit.rows import columns, fetch, instance, width

PREFIX = "daf_"
DEFAULT_LIFE = timedelta(days=90)
MAX_LIFE = timedelta(days=366)


class TokenRefused(Problem):
    """A token with these scopes or this life may not exist."""

    slug = "token-refused"
    status = 400
    title = "This token cannot be issued"
    hint = "Service accounts cannot decide; tokens live a year at most."


@dataclass(frozen=True)
class IssuedToken:
    """A new token and its secret, which nobody can read again."""

    token: ApiToken
    secret: str


def issue(account: Account, *, name: str, scopes: list[Scope], actor: Actor, life: timedelta = DEFAULT_LIFE) -> IssuedToken:
    """Make a token. Raises TokenRefused."""
    if account.kind == Account.Kind.SERVICE and Scope.DECIDE in scopes:
        raise TokenRefused(f"{account} is a service account, so its token cannot have the scope {Scope.DECIDE}.")
    if not timedelta(0) < life <= MAX_LIFE:
        raise TokenRefused(f"A life of {life.days} days is not between 1 and {MAX_LIFE.days} days.")
    secret = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = ApiToken(
        account=account,
        name=name,
        prefix=secret[:8],
        digest=digest(secret),
        scopes=list(scopes),
        created_at=now,
        created_by_id=actor.id,
        expires_at=now + life,
    )
    commit(
        Change(token, "token.issued", actor, {"account": account.username, "scopes": list(scopes), "expires_at": token.expires_at}, at=now)
    )
    return IssuedToken(token, secret)


@judged_again
def revoke(token_id: UUID, *, actor: Actor) -> ApiToken:
    """End a token now; a second call changes nothing."""
    token = ApiToken.objects.get(pk=token_id)
    if token.revoked_at is None:
        now = timezone.now()
        commit(Change(token, "token.revoked", actor, {"account": str(token.account)}, at=now).set(revoked_at=now))
    return token


def digest(secret: str) -> bytes:
    """SHA-256 is enough: the secret has 256 random bits, so there is nothing to stretch."""
    return sha256(secret.encode()).digest()


FIND = f"""
SELECT {columns(ApiToken, "token")}, {columns(Account, "account")}, owner.id, owner.alias_of_id, creator.id, creator.alias_of_id,
       ARRAY(SELECT group_id FROM accounts_membership WHERE account_id = account.id)
FROM accounts_apitoken token
JOIN accounts_account account ON account.id = token.account_id AND account.is_active
LEFT JOIN accounts_account owner ON owner.id = account.owner_id
LEFT JOIN accounts_account creator ON creator.id = token.created_by_id
WHERE token.digest = %s AND token.revoked_at IS NULL AND token.expires_at > %s
"""


@dataclass(frozen=True)
class Bearer:
    """A valid token with its account, and the groups that the account is in now. Shared by all calls of an epoch: never changed."""

    token: ApiToken
    groups: frozenset[str]


def is_known(secret: str, epoch: Epoch) -> bool:
    """Whether `find` needs no read."""
    return epoch.kept(digest(secret)) is not None


def find(secret: str, epoch: Epoch) -> Bearer | None:
    """Whose token this is, with all that an Actor needs; at most one read."""
    digested = digest(secret)
    bearer = epoch.keep(digested, lambda: _read(digested))
    if bearer is None or bearer.token.expires_at <= timezone.now():
        return None
    _note_use(bearer.token)
    return bearer


def _read(digested: bytes) -> Bearer | None:
    rows = fetch(FIND, digested, timezone.now())
    if not rows:
        return None
    *values, owner, owner_alias, creator, creator_alias, groups = rows[0]
    token = instance(ApiToken, values[: width(ApiToken)])
    token.account = instance(Account, values[width(ApiToken) :])
    token.account.owner = _person(owner, owner_alias)
    token.created_by = _person(creator, creator_alias)
    return Bearer(token, frozenset(groups))


def _person(pk: UUID | None, alias_of: UUID | None) -> Account | None:
    return None if pk is None else Account.from_db(DEFAULT_DB_ALIAS, ["id", "alias_of_id"], [pk, alias_of])


def _note_use(token: ApiToken) -> None:
    today = timezone.now().date()
    if token.last_used_on != today:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_apitoken SET last_used_on = %s WHERE id = %s", [today, token.pk])
        token.last_used_on = today
