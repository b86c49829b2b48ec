"""Django's middleware for browsers: sessions, signing in, messages. A call with a token has no use for it, and need not pay for it."""

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

API, BEARER = "/api/", "bearer "


class _ForBrowsers(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Whoever sends a token to the API is asked for nothing else (api.authentication.BearerToken)."""
        authorization: str = request.META.get("HTTP_AUTHORIZATION", "")
        if authorization[: len(BEARER)].lower() == BEARER and request.path_info.startswith(API):
            answer: HttpResponseBase = self.get_response(request)  # type: ignore[assignment]
            return answer
        return super().__call__(request)  # type: ignore[return-value]


class Sessions(_ForBrowsers, SessionMiddleware):
    pass


class Authentication(_ForBrowsers, AuthenticationMiddleware):
    pass


class Messages(_ForBrowsers, MessageMiddleware):
    pass
