"""Approval rules, for everybody to read; `approval-rule.set` changes them, by approval."""

from django.contrib import admin
from unfold.decorators import display

from approvals.models import ApprovalRule
from autonomy.admin import RuleAdmin, patterns, places


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(RuleAdmin):
    list_display = ("slug", "who", "what", "where", "hours")
    readonly_fields = fields = ("slug", "who", "what", "where", "hours", "slack_channel")
    changed_by = "approval-rule.set"

    @display(description="Must approve")
    def who(self, rule: ApprovalRule) -> str:
        return ", ".join(f"{required} of {group}" for group, required in sorted(rule.needs.items()))

    @display(description="Actions")
    def what(self, rule: ApprovalRule) -> str:
        return patterns(rule.actions)

    @display(description="Where")
    def where(self, rule: ApprovalRule) -> str:
        return places(rule.environments, rule.namespaces)

    @display(description="Expires after")
    def hours(self, rule: ApprovalRule) -> str:
        return f"{rule.expires_after_hours} h"
