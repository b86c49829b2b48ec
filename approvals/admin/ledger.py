"""The ledger and the outbox, to read: auditors and reviewers see all of it."""

import json
from collections.abc import Mapping
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.admin.access import ReadOnlyAdmin, reads_everything
from audit.actor import Door
from audit.models import Delivery, Event

STATES: Mapping[str, str] = {"dead": "danger", "claimed": "info", "waits": "warning"}


class LedgerAdmin(ReadOnlyAdmin):
    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER

    def may_read(self, http: HttpRequest) -> bool:
        return reads_everything(http)


class DoorFilter(admin.SimpleListFilter):
    title, parameter_name = "door", "door"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(door.value, door.value) for door in Door]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:  # noqa: ARG002
        return queryset.filter(door=self.value()) if self.value() else queryset


def subject(stream: UUID, *, is_request: bool) -> str:
    """The stream's id, with a link to the request's page, or to all events of any other thing."""
    to = reverse("requests:page", args=[stream]) if is_request else f"{reverse('admin:audit_event_changelist')}?q={stream}"
    return format_html('<a class="daf-link daf-id" href="{}">{}</a>', to, stream)


@admin.register(Event)
class EventAdmin(LedgerAdmin):
    list_display = ("at", "type", "by", "door", "status", "about", "seq")
    list_display_links = ("type",)
    list_filter = (DoorFilter,)
    search_fields = ("actor_name",)
    search_help_text = "Name of an actor, a type of event, or the id of a stream"
    sortable_by = ("at",)
    ordering = ("-at", "-id")
    readonly_fields = fields = ("at", "type", "by", "door", "status", "about", "seq", "hash_hex", "told")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        rows: QuerySet[Event] = super().get_queryset(request)
        return rows.defer("body") if request.resolver_match and str(request.resolver_match.url_name).endswith("changelist") else rows

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Model], search_term: str) -> tuple[QuerySet[Model], bool]:  # noqa: ARG002
        """Exact words only: nothing here may read the whole ledger."""
        word = search_term.strip()
        try:
            return queryset.filter(stream=UUID(word)), False
        except ValueError:
            return (queryset.filter(type=word) if "." in word else queryset.filter(actor_name=word)) if word else queryset, False

    @display(description="By")
    def by(self, event: Event) -> str:
        return event.actor_name

    @display(description="About")
    def about(self, event: Event) -> str:
        return subject(event.stream, is_request=event.type.startswith("request."))

    @display(description="Hash")
    def hash_hex(self, event: Event) -> str:
        return bytes(event.hash).hex()

    @display(description="What was hashed")
    def told(self, event: Event) -> str:
        return format_html('<pre class="daf-code">{}</pre>', json.dumps(json.loads(bytes(event.body)), indent=2, ensure_ascii=False))


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("dead", "dead"), ("alive", "waits or claimed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:  # noqa: ARG002
        return queryset.filter(dead=self.value() == "dead") if self.value() else queryset


@admin.register(Delivery)
class DeliveryAdmin(LedgerAdmin):
    """What listeners still have to hear of. A dead one was given up; its last error says why."""

    list_display = ("created_at", "listener", "state", "attempts", "about", "lane", "last_error")
    list_display_links = ("listener",)
    list_filter = (StateFilter,)
    sortable_by = ("created_at",)
    ordering = ("-created_at", "-id")
    readonly_fields = fields = (
        "created_at",
        "listener",
        "state",
        "attempts",
        "about",
        "seq",
        "lane",
        "published_at",
        "not_before",
        "lease_until",
        "last_error",
    )

    @display(description="State", label=dict(STATES))
    def state(self, delivery: Delivery) -> str:
        if delivery.dead:
            return "dead"
        return "claimed" if delivery.lease_until else "waits"

    @display(description="About")
    def about(self, delivery: Delivery) -> str:
        return subject(delivery.stream, is_request=False)
