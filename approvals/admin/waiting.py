"""The queue: what waits for who is signed in, oldest first."""

from dataclasses import dataclass

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.admin.access import actor
from approvals.queries import waiting_for
from approvals.reviews import OpenReview, latest_of
from autonomy.models import ActionRequest

PAGE = 50


@dataclass(frozen=True)
class Waiting:
    """A row of the queue: the request and how far its review is."""

    request: ActionRequest
    review: OpenReview


@never_cache
@require_safe
def waiting(http: HttpRequest) -> HttpResponse:
    found = Paginator(waiting_for(actor(http)), PAGE).get_page(http.GET.get("page"))
    reviews = latest_of(list(found))
    context = {
        **admin.site.each_context(http),
        "title": "Waits for me",
        "queue": found,
        "rows": [Waiting(request, reviews[request.id]) for request in found],
        "reviewer": bool(actor(http).groups & roles.REVIEWERS),
    }
    return TemplateResponse(http, "approvals/waiting.html", context)


@never_cache
@require_safe
def waiting_state(http: HttpRequest) -> JsonResponse:
    """What an open queue asks now and then: whether anything has come or gone."""
    ids = [str(pk) for pk in waiting_for(actor(http)).values_list("pk", flat=True)[:PAGE]]
    return JsonResponse({"ids": ids, "moves": True})


@require_safe
def home(http: HttpRequest) -> HttpResponse:
    """Who reviews begins with her queue, everybody else with the requests that she may see."""
    reviewer = actor(http).groups & roles.REVIEWERS
    return redirect("requests:waiting" if reviewer else "admin:autonomy_actionrequest_changelist")
