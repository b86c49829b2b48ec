"""Who calls: a bearer token, or whoever is signed in to the admin."""

from dataclasses import dataclass

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.actors import actor_of
from accounts.models import Account, Scope
from accounts.services import tokens
from accounts.services.tokens import Bearer
from api.errors import InvalidToken, MissingScope
from audit.actor import Actor, Door
from audit.epoch import Epoch, check, current, latest


@dataclass(frozen=True)
class Credential:
    """A bearer token, and the epoch in which it was found valid; `remembered`: nobody has asked yet whether that still lasts."""

    bearer: Bearer
    epoch: Epoch
    remembered: bool

    def confirm(self) -> None:
        """Raises Outdated."""
        if self.remembered:
            check(self.epoch, current().id)


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer daf_…`. Whoever sends a token that is not valid is nobody, whatever her session says."""

    def authenticate(self, request: Request) -> tuple[Account, Credential] | None:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        epoch, secret = latest(), secret.strip()
        remembered = tokens.is_known(secret, epoch)
        if not remembered:
            epoch = current()
        bearer = tokens.find(secret, epoch)
        if bearer is None:
            raise InvalidToken
        return bearer.token.account, Credential(bearer, epoch, remembered)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return "Bearer"


class AdminSession(SessionAuthentication):
    """The admin's session; a call that changes something needs the CSRF token too."""


@dataclass(frozen=True)
class Caller:
    """The actor behind a call, and what her credential is good for."""

    actor: Actor
    scopes: frozenset[str]
    epoch: Epoch | None = None


def caller(http: Request) -> Caller:
    """Who calls. With a token this needs no query beyond the authentication's."""
    account, credential = http.user, http.auth
    assert isinstance(account, Account)  # noqa: S101 the permission below lets nobody else through
    if not isinstance(credential, Credential):
        person = account.kind == Account.Kind.PERSON
        scopes = frozenset(Scope.values) if person else frozenset({Scope.READ, Scope.WRITE})
        return Caller(actor_of(account, Door.REST), scopes)
    token, groups = credential.bearer.token, credential.bearer.groups
    return Caller(actor_of(account, Door.REST, token=token, groups=groups), frozenset(token.scopes), credential.epoch)


class HasScope(BasePermission):
    """The scope that the view needs for this method: `needs` of the view, `requests:read` where it says nothing."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.user, Account):
            return False
        needed = getattr(view, "needs", Scope.READ)
        if isinstance(request.auth, Credential) and needed not in (scopes := request.auth.bearer.token.scopes):
            raise MissingScope(f"The call needs the scope {needed}; the token has {', '.join(scopes) or 'none'}.")
        return True
