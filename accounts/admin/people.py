"""Accounts, groups and who is in which: superusers edit them, everybody else reads what concerns her."""

from django.contrib import admin
from django.contrib.auth import models as auth
from django.contrib.auth.admin import UserAdmin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.admin.access import SuperuserAdmin, actor, is_superuser, reads_everything
from accounts.models import Account, Group, Membership
from accounts.services.groups import join, leave

# Django's own groups carry its permissions, which say nothing here.
admin.site.unregister(auth.Group)

ACCOUNT_LABELS = {Account.Kind.PERSON.label: "info", Account.Kind.SERVICE.label: "warning"}


@admin.register(Account)
class AccountAdmin(SuperuserAdmin, UserAdmin):  # type: ignore[misc, type-arg]
    form, add_form, change_password_form = UserChangeForm, UserCreationForm, AdminPasswordChangeForm
    list_display = ("username", "get_full_name", "kind_label", "email", "is_active", "is_superuser", "last_login")
    list_filter = ("kind", "is_active", "is_superuser")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    autocomplete_fields = ("alias_of", "owner")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "kind", "first_name", "last_name", "email")}),
        ("Whose it is", {"fields": ("alias_of", "owner"), "description": "Four-eyes rules count people: an alias is the same person."}),
        (
            "Access",
            {"fields": ("is_active", "is_staff", "is_superuser"), "description": "A superuser edits accounts; it decides on nothing."},
        ),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (  # type: ignore[assignment]  # unfold declares an empty tuple
        (None, {"classes": ("wide",), "fields": ("username", "kind", "alias_of", "owner", "usable_password", "password1", "password2")}),
    )

    def may_read(self, http: HttpRequest) -> bool:
        return is_superuser(http) or reads_everything(http)

    @display(description="Kind", label=ACCOUNT_LABELS)
    def kind_label(self, account: Account) -> str:
        return account.get_kind_display()

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """An alias stays one: set free, it would count as a second pair of eyes."""
        fixed = ["alias_of", "kind"] if isinstance(obj, Account) and obj.alias_of_id else []
        return [*super().get_readonly_fields(request, obj), *fixed]


class MembersInline(TabularInline):
    """Who is in the group, to read."""

    model = Membership
    fields = readonly_fields = ("person", "since")
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return True

    @display(description="Account")
    def person(self, membership: Membership) -> str:
        return membership.account.get_username()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        rows: QuerySet[Membership] = super().get_queryset(request)
        return rows.select_related("account", "group").order_by("account__username")


@admin.register(Group)
class GroupAdmin(SuperuserAdmin):
    """Everybody may know who is in which group: that is who can be asked."""

    list_display = ("slug", "name", "kind_label", "members_count")
    list_filter = ("kind",)
    search_fields = ("slug", "name")
    fields = ("slug", "name", "kind")
    inlines = (MembersInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        rows: QuerySet[Group] = super().get_queryset(request)
        return rows.annotate(members_count=Count("memberships"))

    @display(description="Members")
    def members_count(self, group: Group) -> int:
        return int(vars(group)["members_count"])

    @display(description="Kind", label={Group.Kind.TEAM.label: "info", Group.Kind.ROLE.label: "primary"})
    def kind_label(self, group: Group) -> str:
        return group.get_kind_display()

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:  # noqa: ARG002
        """The slug is what rules and namespaces name."""
        return ["slug"] if obj else []


@admin.register(Membership)
class MembershipAdmin(SuperuserAdmin):
    """Joining and leaving. They are events of the ledger; a membership is never moved to somebody else: it says who may decide."""

    list_display = ("account", "group", "since")
    list_filter = ("group",)
    list_select_related = ("account", "group")
    search_fields = ("account__username", "group__slug")
    autocomplete_fields = ("account", "group")
    fields = ("account", "group")
    ordering = ("group", "account__username")

    def may_read(self, http: HttpRequest) -> bool:
        return is_superuser(http) or reads_everything(http)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return is_superuser(request)

    def save_model(self, request: HttpRequest, obj: Model, form: object, change: bool) -> None:  # noqa: ARG002
        assert isinstance(obj, Membership)  # noqa: S101
        obj.pk = join(obj.account, obj.group_id, actor=actor(request)).pk

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        assert isinstance(obj, Membership)  # noqa: S101
        leave(obj.account, obj.group_id, actor=actor(request))
