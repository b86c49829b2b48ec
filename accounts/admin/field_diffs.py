"""Field diffs of accounts, groups and namespaces by django-auditlog: a help beside the ledger, which is the record."""

import json
from collections.abc import Mapping

from auditlog.models import LogEntry
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.admin.access import ReadOnlyAdmin, is_superuser, reads_everything

admin.site.unregister(LogEntry)

ACTIONS: Mapping[str, str] = {"create": "success", "update": "info", "delete": "danger", "access": ""}


@admin.register(LogEntry)
class FieldDiffAdmin(ReadOnlyAdmin):
    list_display = ("timestamp", "actor_name", "action_label", "content_type", "object_repr", "changed_fields")
    list_filter = ("action",)
    list_select_related = ("actor", "content_type")
    search_fields = ("object_repr",)
    ordering = ("-timestamp", "-id")
    sortable_by = ("timestamp",)
    paginator = InfinitePaginator
    show_full_result_count = False
    fields = readonly_fields = ("timestamp", "actor_name", "action_label", "content_type", "object_repr", "differences")

    def may_read(self, http: HttpRequest) -> bool:
        return is_superuser(http) or reads_everything(http)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        rows: QuerySet[LogEntry] = super().get_queryset(request)
        return rows.select_related("actor", "content_type")

    @display(description="By")
    def actor_name(self, entry: LogEntry) -> str:
        return entry.actor.get_username() if entry.actor else "a command"

    @display(description="Change", label=dict(ACTIONS))
    def action_label(self, entry: LogEntry) -> str:
        return str(entry.get_action_display())

    @display(description="Fields")
    def changed_fields(self, entry: LogEntry) -> str:
        return ", ".join(entry.changes or {})

    @display(description="Differences")
    def differences(self, entry: LogEntry) -> str:
        return json.dumps(entry.changes, indent=2, ensure_ascii=False)
