"""Policies in force, for everybody to read."""

from django.contrib import admin
from django.utils.html import format_html
from unfold.decorators import display

from accounts.admin.access import ReadOnlyAdmin
from guidance.models import Policy
from guidance.policy import Enforcement

ENFORCEMENTS = {Enforcement.ADVISORY.value: "info", Enforcement.SOFT_MANDATORY.value: "warning", Enforcement.HARD_MANDATORY.value: "danger"}


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    list_display = ("slug", "version", "enforcement_label", "owner")
    list_filter = ("enforcement",)
    list_select_related = ("owner",)
    search_fields = ("slug", "source")
    readonly_fields = fields = ("slug", "version", "enforcement_label", "owner", "as_written")

    @display(description="Enforcement", label=ENFORCEMENTS)
    def enforcement_label(self, policy: Policy) -> str:
        return policy.enforcement

    @display(description="Policy")
    def as_written(self, policy: Policy) -> str:
        return format_html('<pre class="daf-code daf-whole">{}</pre>', policy.source)
