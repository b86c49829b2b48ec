"""Whom policies let pass, for everybody to read; `exemption.grant` grants, renews and ends exemptions, by approval."""

from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from unfold.decorators import display

from accounts.admin.access import ReadOnlyAdmin
from guidance.models import Exemption
from guidance.services.exemptions import idle


@admin.register(Exemption)
class ExemptionAdmin(ReadOnlyAdmin):
    list_display = ("where", "from_policy", "until", "by", "why", "need")
    list_filter = ("policy", "cluster")
    list_select_related = ("policy",)
    list_before_template = "guidance/exemptions_are_read_only.html"  # type: ignore[assignment]  # unfold declares None
    search_fields = ("namespace", "name", "reason", "asked_by")
    sortable_by = ("until",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exemption]:
        """What has ended is none any more, though the sweeper may not have told yet."""
        rows: QuerySet[Exemption] = super().get_queryset(request)
        nothing = ExpressionWrapper(Q(pk__in=[one.pk for one in idle()]), output_field=BooleanField())
        return rows.filter(until__gt=Now()).annotate(idle=nothing)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: object = None) -> HttpResponse:  # noqa: ARG002
        """Its policy's page tells it."""
        found = self.get_object(request, object_id)
        return redirect("admin:guidance_policy_change", found.policy.slug) if found else redirect("admin:guidance_exemption_changelist")

    @display(description="What")
    def where(self, one: Exemption) -> str:
        return one.where

    @display(description="Exempted from")
    def from_policy(self, one: Exemption) -> str:
        return one.policy.slug

    @display(description="By")
    def by(self, one: Exemption) -> str:
        return f"{', '.join(one.granted_by)}, for {one.asked_by}"

    @display(description="Reason")
    def why(self, one: Exemption) -> str:
        return format_html('<span class="daf-wide">{}</span>', one.reason)

    @display(description="Needed", label={"by nothing": "warning"})
    def need(self, one: Exemption) -> str:
        return "by nothing" if getattr(one, "idle", False) else "-"
