"""Boundaries, for everybody to read; `boundary.set` changes them, by approval."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from unfold.decorators import display

from accounts.admin.access import ReadOnlyAdmin
from audit.models import Event
from autonomy.models import Boundary, Level

LEVELS = {f"{level.value} {level.label}": tone for level, tone in zip(Level, ("success", "info", "warning"), strict=True)}


def patterns(names: Sequence[str]) -> str:
    return ", ".join(names) or "all"


def places(environments: Sequence[str], namespaces: Sequence[str]) -> str:
    """Environments and namespaces as one text."""
    parts = [", ".join(environments), f"namespaces {', '.join(namespaces)}" if namespaces else ""]
    return "; ".join(part for part in parts if part) or "everywhere"


class RuleAdmin(ReadOnlyAdmin):
    """A rule of the product itself: public, with its history from the ledger, changed by approval only."""

    changed_by: ClassVar[str]
    search_fields = ("slug",)
    list_before_template = "autonomy/rules_are_read_only.html"  # type: ignore[assignment]  # unfold declares None
    change_form_after_template = "autonomy/rule_history.html"  # type: ignore[assignment]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        events = Event.objects.filter(stream=object_id).order_by("-seq") if self._exists(request, object_id) else []
        context = {"events": events, "changed_by": self.changed_by, **(extra_context or {})}
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        answer: TemplateResponse = super().changelist_view(request, {"changed_by": self.changed_by, **(extra_context or {})})
        return answer

    def _exists(self, request: HttpRequest, object_id: str) -> Model | None:
        found: Model | None = self.get_object(request, object_id)
        return found


@admin.register(Boundary)
class BoundaryAdmin(RuleAdmin):
    list_display = ("slug", "level_label", "what", "where", "when", "why")
    list_filter = ("level",)
    readonly_fields = fields = ("slug", "level_label", "what", "where", "kind", "condition", "reason")
    changed_by = "boundary.set"

    @display(description="Level", label=LEVELS, ordering="level")
    def level_label(self, boundary: Boundary) -> str:
        return f"{boundary.level} {boundary.get_level_display()}"

    @display(description="Actions")
    def what(self, boundary: Boundary) -> str:
        return patterns(boundary.actions)

    @display(description="Where")
    def where(self, boundary: Boundary) -> str:
        return places(boundary.environments, boundary.namespaces)

    @display(description="Condition")
    def when(self, boundary: Boundary) -> str:
        return format_html("<code>{}</code>", boundary.condition) if boundary.condition else "-"

    @display(description="Reason")
    def why(self, boundary: Boundary) -> str:
        return format_html('<span class="daf-wide">{}</span>', boundary.reason or "-")

    @display(description="Kinds")
    def kind(self, boundary: Boundary) -> str:
        return patterns(boundary.kinds)
