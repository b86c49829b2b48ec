"""API tokens: issue, look up, revoke."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import Account, ApiToken, Membership, Scope
from audit.actor import Actor
from audit.ledger import Change, commit, judged_again
from audit.problems import Problem

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


def find(secret: str) -> ApiToken | None:
    """The valid token with this secret, with its account and that account's memberships, or None."""
    token = (
        ApiToken.objects.select_related("account__owner", "created_by")
        .prefetch_related(Prefetch("account__memberships", Membership.objects.only("account_id", "group_id")))
        .filter(digest=digest(secret), revoked_at=None, account__is_active=True, expires_at__gt=timezone.now())
        .first()
    )
    if token is not None:
        _note_use(token)
    return token


def _note_use(token: ApiToken) -> None:
    today = timezone.now().date()
    if token.last_used_on != today:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_apitoken SET last_used_on = %s WHERE id = %s", [today, token.pk])
