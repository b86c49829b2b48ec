"""The page of one request: all that a decision needs, in one read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import yaml
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.admin.access import actor
from accounts.models import Account
from approvals.admin.difference import Difference, difference
from approvals.admin.history import Moment, history
from approvals.admin.standing import CHANGE, nothing_to_decide, without_plan
from approvals.labels import title_of
from approvals.models import Decision
from approvals.reviews import OpenReview, latest
from audit.actor import Actor
from audit.problems import Problem
from autonomy import queries
from autonomy.errors import MayNotSee
from autonomy.models import ActionRequest
from autonomy.status import CANCELLABLE, TERMINAL, Status
from guidance.policies.enforcing import strictest_first


@dataclass(frozen=True)
class StageView:
    """One group's share: how many of how many, and who may still be asked."""

    group: str
    approved: int
    required: int
    people: Sequence[str]

    @property
    def complete(self) -> bool:
        return self.approved >= self.required


@dataclass(frozen=True)
class RequestPage:
    """A request as one person sees it."""

    request: ActionRequest
    actor: Actor
    review: OpenReview | None
    votes: Sequence[Decision]
    history: Sequence[Moment]
    names: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return title_of(self.request)

    @property
    def change(self) -> str:
        """The headline of the difference."""
        return CHANGE[self.request.status]

    @property
    def without_plan(self) -> str:
        """Why there is no difference."""
        return without_plan(self.request)

    @property
    def nothing_to_decide(self) -> str:
        return nothing_to_decide(self.request, reviewed=self.review is not None)

    @cached_property
    def difference(self) -> Difference | None:
        """What the plan would change; None while there is no plan."""
        return difference(json.loads(bytes(self.request.plan.body))["diff"]) if self.request.plan else None

    @property
    def findings(self) -> Sequence[Mapping[str, Any]]:
        return strictest_first(self.request.findings)

    @cached_property
    def parameters(self) -> str:
        return yaml.safe_dump(self.request.parameters, sort_keys=False, allow_unicode=True, width=10_000) if self.request.parameters else ""

    @property
    def waits(self) -> bool:
        return self.request.status == Status.AWAITING_APPROVAL

    @property
    def moves(self) -> bool:
        """Whether something may still happen to it."""
        return self.request.status not in TERMINAL

    @cached_property
    def stages(self) -> list[StageView]:
        if self.review is None:
            return []
        approved = self.review.approved
        return [
            StageView(stage.group_id, approved[stage.group_id], stage.required, self._people_of(stage.group_id))
            for stage in self.review.stages
        ]

    def _people_of(self, group: str) -> list[str]:
        eligible = self.review.eligible if self.review else {}
        asked = {*self.request.requester_people, *(vote.person for vote in self.review.decisions)} if self.review else set()
        return sorted(
            self.names[person] for person, groups in eligible.items() if group in groups and person in self.names and person not in asked
        )

    @cached_property
    def refusal(self) -> Problem | None:
        """Why this person cannot decide now."""
        return self.review.refusal(self.actor) if self.review else None

    @cached_property
    def own_vote(self) -> Decision | None:
        return self.review.decision_of(self.actor) if self.review else None

    @property
    def can_decide(self) -> bool:
        return self.waits and self.review is not None and self.refusal is None and self.own_vote is None

    @property
    def can_cancel(self) -> bool:
        own = bool(self.actor.people & set(self.request.requester_people)) or self.actor.id == self.request.requester_id
        return own and self.request.status in CANCELLABLE

    @property
    def expires_at(self) -> datetime | None:
        return self.review.review.expires_at if self.review and self.waits else None

    @property
    def error(self) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = (self.request.result or {}).get("error")
        return found

    @property
    def deviation(self) -> Difference | None:
        """How the server's answer differs from what was approved."""
        found = (self.request.result or {}).get("deviation")
        return difference(found) if found else None

    @property
    def outcome(self) -> list[tuple[str, object]]:
        hidden = {"error", "deviation", "warnings"}
        return [(name, value) for name, value in (self.request.result or {}).items() if name not in hidden]


def read_page(request_id: UUID, *, actor: Actor) -> RequestPage:
    """A handful of queries, however many votes and events there are. Raises MayNotSee."""
    request = queries.read(request_id, actor=actor)
    review = latest(request)
    votes = Decision.objects.filter(review__request=request).select_related("review").order_by("-review__number", "at")
    people = Account.objects.filter(pk__in=review.eligible if review else [])
    names = {account.pk: account.get_username() for account in people}
    return RequestPage(request, actor, review, list(votes), history(request.id), names)


@never_cache
@require_safe
def page(http: HttpRequest, pk: UUID) -> HttpResponse:
    return rendered(http, pk)


def rendered(http: HttpRequest, pk: UUID, *, problem: Problem | None = None, comment: str = "") -> HttpResponse:
    """The page as it is now; with the problem that a decision met, and the reason that was typed for it."""
    try:
        found = read_page(pk, actor=actor(http))
    except MayNotSee as error:
        raise Http404(error.detail) from error
    shown = {"page": found, "problem": problem, "moved": _moved(problem), "comment": comment}
    context = {**admin.site.each_context(http), "title": found.title, **shown}
    return TemplateResponse(http, "approvals/request.html", context, status=problem.status if problem else 200)


def _moved(problem: Problem | None) -> Difference | None:
    """How the plan on this page differs from the one that was decided on."""
    found = problem.extra.get("moved") if problem else None
    return difference(str(found)) if found else None


@never_cache
@require_safe
def state(http: HttpRequest, pk: UUID) -> JsonResponse:
    """What an open page asks now and then: whether anything has happened since it was made."""
    try:
        request = queries.read(pk, actor=actor(http))
    except MayNotSee as error:
        raise Http404(error.detail) from error
    moves = request.status not in TERMINAL
    return JsonResponse({"seq": request.seq, "status": request.status, "digest": request.plan_digest, "moves": moves})
