"""The queue: what waits for who is signed in, oldest first."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.admin.access import actor
from approvals.models import Review
from approvals.queries import waiting_for
from autonomy.models import ActionRequest

PAGE = 50


def queue(http: HttpRequest) -> QuerySet[ActionRequest]:
    """With the newest review's stages and votes, so that a row needs no query of its own."""
    reviews = Review.objects.order_by("-number").prefetch_related("stages", "decisions")
    return waiting_for(actor(http)).order_by("created_at", "id").prefetch_related(Prefetch("reviews", reviews))


@never_cache
@require_safe
def waiting(http: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(http),
        "title": "Waits for me",
        "queue": Paginator(queue(http), PAGE).get_page(http.GET.get("page")),
        "reviewer": bool(actor(http).groups & roles.REVIEWERS),
    }
    return TemplateResponse(http, "approvals/waiting.html", context)


@never_cache
@require_safe
def waiting_state(http: HttpRequest) -> JsonResponse:
    """What an open queue asks now and then: whether anything has come or gone."""
    ids = [str(pk) for pk in waiting_for(actor(http)).order_by("created_at", "id").values_list("pk", flat=True)[:PAGE]]
    return JsonResponse({"ids": ids, "moves": True})


@require_safe
def home(http: HttpRequest) -> HttpResponse:
    """Who reviews begins with her queue, everybody else with the requests that she may see."""
    reviewer = actor(http).groups & roles.REVIEWERS
    return redirect("requests:waiting" if reviewer else "admin:autonomy_actionrequest_changelist")
