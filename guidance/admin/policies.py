"""The list of the policies in force; each has its page."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from unfold.decorators import display

from accounts.admin.access import ReadOnlyAdmin, reads_everything
from guidance.admin import what_if
from guidance.admin.page import page_of
from guidance.models import Policy
from guidance.services.policies import as_judging
from guidance.templatetags.policy_words import ENFORCEMENT_TONES, SEVERITY_TONES


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    list_display = ("what", "severity", "enforcement_label", "elsewhere", "exempted", "owner", "version")
    list_filter = ("enforcement", "owner")
    list_select_related = ("owner",)
    list_before_template = "guidance/policies_are_read_only.html"  # type: ignore[assignment]  # unfold declares None
    search_fields = ("slug", "source")
    sortable_by = ("what",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        rows: QuerySet[Policy] = super().get_queryset(request)
        return rows.annotate(lets_pass=Count("exemptions", filter=Q(exemptions__until__gt=Now())))

    def get_urls(self) -> list[URLPattern]:
        what_if_page = path("<slug:slug>/what-if/", self.admin_site.admin_view(what_if.page), name="guidance_policy_what_if")
        found: list[URLPattern] = super().get_urls()
        return [what_if_page, *found]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: object = None) -> HttpResponse:  # noqa: ARG002
        """The page of one policy, under its id or under its name. It only shows."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        found = Policy.objects.select_related("owner").filter(slug=object_id).first() or self.get_object(request, object_id)
        if found is None:
            raise Http404
        page = page_of(found, links_requests=reads_everything(request))
        context = {**self.admin_site.each_context(request), "title": page.title, "page": page}
        return TemplateResponse(request, "guidance/policy.html", context)

    @display(description="Policy", ordering="slug")
    def what(self, policy: Policy) -> str:
        judging = as_judging(policy)
        title = "This version of the product does not read it." if judging.broken else judging.policy.guidance.title
        tone = "daf-unreadable" if judging.broken else ""
        return format_html('<span class="daf-what"><b>{}</b><span class="{}">{}</span></span>', policy.slug, tone, title)

    @display(description="Severity", label={str(severity): tone for severity, tone in SEVERITY_TONES.items()})
    def severity(self, policy: Policy) -> str:
        return as_judging(policy).policy.guidance.severity.value

    @display(description="Enforcement", label={str(level): tone for level, tone in ENFORCEMENT_TONES.items()})
    def enforcement_label(self, policy: Policy) -> str:
        return policy.enforcement

    @display(description="Elsewhere")
    def elsewhere(self, policy: Policy) -> str:
        return ", ".join(f"{local.level} in {local.place}" for local in policy.local_levels) or "-"

    @display(description="Lets pass")
    def exempted(self, policy: Policy) -> str:
        return str(getattr(policy, "lets_pass", 0) or "-")
