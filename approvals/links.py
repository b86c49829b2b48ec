"""Where people look at a request: the one place that knows the addresses of the admin's pages."""

from functools import cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from autonomy.models import ActionRequest

ANY_ID = UUID(int=0)


def admin_path(request: ActionRequest) -> str:
    """The page of a request; it stays the same for good."""
    return _path().replace(str(ANY_ID), str(request.pk))


@cache
def _path() -> str:
    """With a place for the id: asking Django for every request costs more than all its other links."""
    return reverse("requests:page", args=[ANY_ID])


def admin_url(request: ActionRequest) -> str:
    """The same as an absolute URL, for messages."""
    return f"{settings.BASE_URL}{admin_path(request)}"
