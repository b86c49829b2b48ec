"""What every view of the API has in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import Scope
from api import problems
from api.authentication import AdminSession, BearerToken, HasScope
from api.media import JsonOnly, JsonRenderer, StrictJsonParser


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

    def get_exception_handler(self) -> Callable[[Exception, Mapping[str, Any]], Any]:
        return problems.handle


class PublicView(ApiView):
    """For everybody, signed in or not."""

    authentication_classes = ()
    permission_classes = ()


def base_of(http: Request) -> str:
    """The address under which the caller reached us, without a path: what links begin with."""
    return f"{http.scheme}://{http.get_host()}"
