"""The list of all requests that one may see. Each has its page; none is edited."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from unfold.decorators import display
from unfold.paginator import InfinitePaginator
from unfold.views import ChangeList

from accounts.admin.access import ReadOnlyAdmin, actor
from accounts.models import Group
from approvals.labels import LEVEL_TONES, STATUS_TONES, action_title, ago
from approvals.links import admin_path
from autonomy import catalogue
from autonomy.models import ActionRequest, Level
from autonomy.queries import visible
from autonomy.status import Status
from clusters.models import Namespace

Choices = list[tuple[str, str]]


def choices_filter(name: str, field: str, choices: Callable[[HttpRequest], Choices]) -> type[admin.SimpleListFilter]:
    """A filter whose choices are known without looking at all rows."""

    class ChoicesFilter(admin.SimpleListFilter):
        title, parameter_name = name, field

        def lookups(self, request: HttpRequest, model_admin: object) -> Choices:  # noqa: ARG002
            return choices(request)

        def queryset(self, request: HttpRequest, queryset: QuerySet[ActionRequest]) -> QuerySet[ActionRequest]:  # noqa: ARG002
            if self.value() in {value for value, _ in self.lookup_choices}:
                return queryset.filter(**{field: self.value()})
            return queryset.none() if self.value() else queryset

    return ChoicesFilter


class MineFilter(admin.SimpleListFilter):
    title, parameter_name = "requester", "requester"

    def lookups(self, request: HttpRequest, model_admin: object) -> Choices:  # noqa: ARG002
        return [("me", "me")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ActionRequest]) -> QuerySet[ActionRequest]:
        return queryset.filter(requester_id=actor(request).id) if self.value() == "me" else queryset


def _environments(_: HttpRequest) -> Choices:
    names = Namespace.objects.order_by("environment").values_list("environment", flat=True).distinct()
    return [(name, name) for name in names]


def _teams(_: HttpRequest) -> Choices:
    return list(Group.objects.filter(kind=Group.Kind.TEAM).values_list("slug", "name"))


class RequestList(ChangeList):
    def url_for_result(self, result: Model) -> str:
        assert isinstance(result, ActionRequest)  # noqa: S101
        return admin_path(result)


@admin.register(ActionRequest)
class RequestAdmin(ReadOnlyAdmin):
    list_display = ("what", "status_label", "level_label", "by", "why", "when")
    list_filter = (
        choices_filter("status", "status", lambda _: [(status.value, status.label) for status in Status]),
        choices_filter("level", "level", lambda _: [(str(level.value), f"{level.value} {level.label}") for level in Level]),
        choices_filter("action", "action", lambda _: [(name, name) for name in catalogue.actions()]),
        choices_filter("environment", "environment", _environments),
        choices_filter("team", "team", _teams),
        MineFilter,
    )
    search_fields = ("name", "namespace", "requester_name", "reason")
    search_help_text = "Name, namespace, requester, reason, or a request's id"
    sortable_by = ("when",)
    ordering = ("-created_at", "-id")
    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[ActionRequest]:
        return visible(actor(request)).defer("parameters", "mended", "findings", "result", "rollout").select_related(None)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Model], search_term: str) -> tuple[QuerySet[Model], bool]:
        try:
            return queryset.filter(pk=UUID(search_term.strip())), False
        except ValueError:
            found: tuple[QuerySet[Model], bool] = super().get_search_results(request, queryset, search_term)
            return found

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # type: ignore[override]  # noqa: ARG002
        return RequestList

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        try:
            return redirect("requests:page", pk=UUID(object_id))
        except ValueError as error:
            raise Http404 from error

    @display(description="Request")
    def what(self, request: ActionRequest) -> str:
        where = f"{request.environment} · {request.where}" if request.environment else request.where
        return format_html('<span class="daf-what"><b>{}</b><span>{}</span></span>', action_title(request.action), where)

    @display(description="Status", label={Status(status).label: tone for status, tone in STATUS_TONES.items()})
    def status_label(self, request: ActionRequest) -> str:
        return request.get_status_display()

    @display(description="Level", label={f"Level {level}": tone for level, tone in LEVEL_TONES.items()})
    def level_label(self, request: ActionRequest) -> str:
        return f"Level {request.level}"

    @display(description="By")
    def by(self, request: ActionRequest) -> str:
        return request.requester_name

    @display(description="Asked", ordering="created_at")
    def when(self, request: ActionRequest) -> str:
        return format_html(
            '<time datetime="{}" title="{}">{}</time>', request.created_at.isoformat(), request.created_at, ago(request.created_at)
        )

    @display(description="Reason")
    def why(self, request: ActionRequest) -> str:
        return format_html('<span class="daf-clip" title="{0}">{0}</span>', request.reason) if request.reason else "-"
