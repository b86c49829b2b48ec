"""What the policies in force say of what runs, for those whose namespace it is; the background scan writes it."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.decorators import display

from accounts.admin.access import ReadOnlyAdmin, actor
from guidance.judging.results import Outcome
from guidance.models import NamespaceReport
from guidance.services.seeing import namespaces_of

SHOWN = (Outcome.FAIL, Outcome.WARN, Outcome.ERROR, Outcome.SKIP, Outcome.PASS)


@admin.register(NamespaceReport)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("place", "team", "environment", "fails", "warns", "errors", "skips", "passes", "scanned_at")
    list_filter = ("namespace__cluster", "namespace__environment", "namespace__team")
    list_select_related = ("namespace__cluster", "namespace__team")
    list_before_template = "guidance/reports_are_read_only.html"  # type: ignore[assignment]  # unfold declares None
    search_fields = ("namespace__name",)
    sortable_by = ("place", "scanned_at")
    ordering = ("namespace__cluster", "namespace__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[NamespaceReport]:
        rows: QuerySet[NamespaceReport] = super().get_queryset(request)
        return rows.filter(namespace__in=namespaces_of(actor(request)))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: object = None) -> HttpResponse:  # noqa: ARG002
        """The page of one report. It only shows."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        counts = [(outcome.value, found.summary[outcome]) for outcome in SHOWN]
        context = {**self.admin_site.each_context(request), "title": f"What runs in {found.namespace}", "report": found, "counts": counts}
        return TemplateResponse(request, "guidance/report.html", context)

    @display(description="Namespace", ordering="namespace__name")
    def place(self, report: NamespaceReport) -> str:
        return str(report.namespace)

    @display(description="Team")
    def team(self, report: NamespaceReport) -> str:
        return str(report.namespace.team or "the platform")

    @display(description="Environment")
    def environment(self, report: NamespaceReport) -> str:
        return report.namespace.environment

    @display(description="Fail")
    def fails(self, report: NamespaceReport) -> int:
        return int(report.summary[Outcome.FAIL])

    @display(description="Warn")
    def warns(self, report: NamespaceReport) -> int:
        return int(report.summary[Outcome.WARN])

    @display(description="Error")
    def errors(self, report: NamespaceReport) -> int:
        return int(report.summary[Outcome.ERROR])

    @display(description="Exempted")
    def skips(self, report: NamespaceReport) -> int:
        return int(report.summary[Outcome.SKIP])

    @display(description="Pass")
    def passes(self, report: NamespaceReport) -> int:
        return int(report.summary[Outcome.PASS])
