"""The buttons: the same verbs as behind every door, and a problem becomes a page that says what to do."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.admin.access import actor
from approvals.admin.page import rendered
from approvals.links import admin_path
from approvals.services import decide
from audit.problems import Problem
from autonomy.errors import MayNotSee
from autonomy.models import ActionRequest
from autonomy.services import cancel as cancelling
from autonomy.status import Status


@never_cache
@require_POST
def approve(http: HttpRequest, pk: UUID) -> HttpResponse:
    """The form carries the digest of the plan that was on the page: no other one is approved."""
    digest, comment = http.POST.get("digest", ""), http.POST.get("comment", "")
    return _done(http, pk, lambda: decide.approve(pk, actor=actor(http), digest=digest, comment=comment).request, _approved)


@never_cache
@require_POST
def deny(http: HttpRequest, pk: UUID) -> HttpResponse:
    comment = http.POST.get("comment", "")
    return _done(
        http,
        pk,
        lambda: decide.deny(pk, actor=actor(http), comment=comment).request,
        lambda _: "Denied. The requester is told your reason.",
    )


@never_cache
@require_POST
def cancel(http: HttpRequest, pk: UUID) -> HttpResponse:
    return _done(http, pk, lambda: cancelling.cancel(pk, actor=actor(http)), lambda _: "Cancelled.")


def _approved(request: ActionRequest) -> str:
    if request.status == Status.AWAITING_APPROVAL:
        return "Your approval is recorded; others have to approve it too."
    return "Approved. It runs now, exactly as reviewed."


def _done(http: HttpRequest, pk: UUID, verb: Callable[[], ActionRequest], say: Callable[[ActionRequest], str]) -> HttpResponse:
    try:
        request = verb()
    except MayNotSee as error:
        raise Http404(error.detail) from error
    except Problem as problem:
        return rendered(http, pk, problem=problem, comment=http.POST.get("comment", ""))
    messages.success(http, say(request))
    return redirect(admin_path(request))
