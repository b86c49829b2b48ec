"""Who may do what in the admin: roles say so, never Django's permissions, and the superuser flag opens accounts alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from auditlog.context import set_actor
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from accounts import roles
from accounts.actors import actor_of
from accounts.models import Account
from audit.actor import Actor, Door

_actors: WeakKeyDictionary[HttpRequest, Actor] = WeakKeyDictionary()
"""One page asks many times who reads it: the groups are read once."""


def account_of(http: HttpRequest) -> Account:
    """Who is signed in. Raises PermissionDenied."""
    if not isinstance(http.user, Account):
        raise PermissionDenied
    return http.user


def actor(http: HttpRequest) -> Actor:
    """Who is signed in, as the author of what this call changes. Raises PermissionDenied."""
    known = _actors.get(http)
    if known is None:
        known = _actors[http] = actor_of(account_of(http), Door.ADMIN)
    return known


def reads_everything(http: HttpRequest) -> bool:
    return bool(actor(http).groups & roles.READS_EVERYTHING)


def is_superuser(http: HttpRequest) -> bool:
    return account_of(http).is_superuser


@contextmanager
def field_diffs_by(http: HttpRequest) -> Iterator[None]:
    """Field diffs made in the block name who is signed in: auditlog's own middleware misses some of them."""
    with set_actor(account_of(http)):
        yield


class ReadOnlyAdmin(ModelAdmin):
    """Pages that show and never change: no form, no button and no bulk action can reach the rows."""

    actions = None

    def may_read(self, http: HttpRequest) -> bool:  # noqa: ARG002
        """Every signed-in person, unless a page says else."""
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The login page asks too, for nobody yet."""
        return self.admin_site.has_permission(request) and self.may_read(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return self.may_read(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


class SuperuserAdmin(ReadOnlyAdmin):
    """Pages that superusers edit. Nothing is deleted here, and each saved field is in the field diffs by name."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return is_superuser(request)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> TemplateResponse:
        with field_diffs_by(request):
            answer: TemplateResponse = super().changeform_view(request, object_id, form_url, extra_context)
            return answer

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None) -> HttpResponse:
        with field_diffs_by(request):
            answer: HttpResponse = super().delete_view(request, object_id, extra_context)
            return answer
