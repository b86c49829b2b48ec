"""Every error as a problem document (RFC 9457), whoever raised it."""

import logging
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import BadRequest as DjangoBadRequest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults
from pydantic_core import to_json
from rest_framework import exceptions as drf
from rest_framework.response import Response

from api import errors
from audit.problems import Problem

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
MACHINES = ("/api/", "/healthz", "/readyz")
"""Where callers expect problem documents instead of pages."""

OF_DRF: Mapping[type[Exception], type[Problem]] = {
    drf.ParseError: errors.MalformedJson,
    drf.AuthenticationFailed: errors.InvalidToken,
    drf.NotAuthenticated: errors.Unauthenticated,
    drf.PermissionDenied: errors.Forbidden,
    drf.NotFound: errors.UnknownAddress,
    drf.MethodNotAllowed: errors.MethodNotAllowed,
    drf.NotAcceptable: errors.NotAcceptable,
    drf.UnsupportedMediaType: errors.UnsupportedMediaType,
    drf.Throttled: errors.TooManyRequests,
    drf.APIException: errors.BadRequest,
    Http404: errors.UnknownAddress,
    PermissionDenied: errors.Forbidden,
    RequestDataTooBig: errors.BodyTooLarge,
    DjangoBadRequest: errors.BadRequest,
}
UNAVAILABLE = (OperationalError, InterfaceError)


def problem_of(error: Exception) -> Problem:
    """Any error as a Problem; one that nobody foresaw tells nothing of itself."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, UNAVAILABLE):
        log.warning("the database does not answer: %s", error)
        return errors.Unavailable()
    for kind, problem in OF_DRF.items():
        if isinstance(error, kind):
            return problem(str(getattr(error, "detail", "")))
    log.error("a call failed", exc_info=error)
    return errors.InternalError()


def document(problem: Problem, path: str) -> dict[str, object]:
    """The members of the document; those without a value are left out."""
    members: dict[str, object] = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": path,
        "pointer": problem.pointer,
        "suggestion": problem.suggestion or None,
    }
    if problem.status == 403:
        members["because"] = problem.detail
    return {name: value for name, value in members.items() if value is not None} | dict(problem.extra)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler."""
    problem = problem_of(error)
    headers = _headers(problem, error)
    return Response(document(problem, context["request"].path), status=problem.status, headers=headers, content_type=MEDIA_TYPE)


def _headers(problem: Problem, error: Exception) -> dict[str, str]:
    if problem.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if problem.status == 503:
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}
    wait = getattr(error, "wait", None)
    return {"Retry-After": str(int(wait) + 1)} if wait else {}


def all_kinds() -> list[type[Problem]]:
    """Every kind of problem that there is, by slug."""
    found = {kind.slug: kind for kind in _subclasses(Problem) if "slug" in vars(kind)}
    return [found[slug] for slug in sorted(found)]


def _subclasses(kind: type[Problem]) -> Iterator[type[Problem]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def page(http: HttpRequest, slug: str = "") -> HttpResponse:
    """What the `type` of a problem leads to."""
    told = [
        {"slug": kind.slug, "status": kind.status, "title": kind.title, "hint": kind.hint}
        for kind in all_kinds()
        if slug in {"", kind.slug}
    ]
    if not told:
        raise Http404
    return render(http, "api/problems.html", {"kinds": told})


def bad_request(http: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answer(http, errors.BadRequest()) if _for_machines(http) else defaults.bad_request(http, exception)


def permission_denied(http: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answer(http, errors.Forbidden()) if _for_machines(http) else defaults.permission_denied(http, exception)


def not_found(http: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answer(http, errors.UnknownAddress()) if _for_machines(http) else defaults.page_not_found(http, exception)


def server_error(http: HttpRequest) -> HttpResponseBase:
    """Django calls this while it handles the error; that of a missing database may come from any page and any middleware."""
    if isinstance(sys.exception(), UNAVAILABLE):
        return _unavailable(http)
    return _answer(http, errors.InternalError()) if _for_machines(http) else defaults.server_error(http)


def _unavailable(http: HttpRequest) -> HttpResponse:
    problem = errors.Unavailable()
    answer = _answer(http, problem) if _for_machines(http) else HttpResponse(render_to_string("503.html"), status=problem.status)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _for_machines(http: HttpRequest) -> bool:
    return http.path.startswith(MACHINES) or http.path == "/api"


def _answer(http: HttpRequest, problem: Problem) -> HttpResponse:
    return HttpResponse(to_json(document(problem, http.path)), status=problem.status, content_type=MEDIA_TYPE)
