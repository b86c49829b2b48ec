"""What every view of the API has in common."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Scope
from api import problems
from api.authentication import AdminSession, BearerToken, Credential, HasScope
from api.media import JsonOnly, JsonRenderer, StrictJsonParser
from audit.epoch import current
from audit.ledger import JUDGEMENTS, TooContended
from audit.statement import Outdated


class ApiView(APIView):
    """JSON in and out, a bearer token or the admin's session, every error a problem. `needs` is the scope of its methods."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (BearerToken, AdminSession)
    permission_classes: Sequence[type[BasePermission]] = (HasScope,)
    parser_classes = (StrictJsonParser,)
    renderer_classes = (JsonRenderer,)
    content_negotiation_class = JsonOnly
    http_method_names = ["get", "post", "head"]
    throttle_classes = ()
    needs = Scope.READ
    confirms_itself = False
    """Whether what it reads or writes confirms the caller's epoch (audit.epoch), so that no read before it has to."""
    credential: Credential | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whoever was recognised by what was kept of an epoch that is over is recognised anew: nothing was told or done."""
        for _ in range(JUDGEMENTS):
            self.credential = None
            with suppress(Outdated):
                answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
                return answer
            current()
        raise TooContended

    def perform_authentication(self, request: Request) -> None:
        self.credential = request.auth if isinstance(request.auth, Credential) else None
        if self.credential and not self.confirms_itself:
            self.credential.confirm()

    def handle_exception(self, exc: Exception) -> Response:
        """An error is told to who called, too."""
        if isinstance(exc, Outdated):
            raise exc
        if self.credential and not isinstance(exc, DatabaseError):
            self.credential.confirm()
        answer: Response = super().handle_exception(exc)
        return answer

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Any]:
        return problems.handle


class PublicView(ApiView):
    """For everybody, signed in or not."""

    authentication_classes = ()
    permission_classes = ()


def base_of(http: Request) -> str:
    """The address under which the caller reached us, without a path: what links begin with."""
    return f"{http.scheme}://{http.get_host()}"
