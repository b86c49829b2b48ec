"""Addresses with NUL characters, which no text in the database holds: refused before a page looks for them and fails."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def refuse_nul(get_response: GetResponse) -> GetResponse:
    """Middleware for the pages; the API tells which parameter it is."""

    def middleware(http: HttpRequest) -> HttpResponseBase:
        if http.path.startswith("/admin/") and ("\0" in http.path or "%00" in http.META.get("QUERY_STRING", "")):
            raise BadRequest
        return get_response(http)

    return middleware
