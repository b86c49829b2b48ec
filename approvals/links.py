"""Where people look at a request: the one place that knows the addresses of the admin's pages."""

from django.conf import settings
from django.urls import reverse

from autonomy.models import ActionRequest


def admin_path(request: ActionRequest) -> str:
    """The page of a request; it stays the same for good."""
    return reverse("requests:page", args=[request.pk])


def admin_url(request: ActionRequest) -> str:
    """The same as an absolute URL, for messages."""
    return f"{settings.BASE_URL}{admin_path(request)}"
