"""How templates name and colour what belongs to a request."""

from collections.abc import Mapping

from django import template

from approvals import labels
from approvals.links import admin_path
from audit.actor import Door
from autonomy.models import ActionRequest

register = template.Library()
register.filter("ago", labels.ago)

DOORS: Mapping[str, str] = {
    Door.REST: "REST",
    Door.ADMIN: "the admin",
    Door.SLACK: "Slack",
    Door.COMMAND: "a command",
    Door.WORKER: "a worker",
}


@register.filter
def status_tone(request: ActionRequest) -> str:
    return labels.STATUS_TONES.get(request.status, "neutral")


@register.filter
def level_tone(request: ActionRequest) -> str:
    return labels.LEVEL_TONES.get(request.level, "neutral")


@register.filter
def action_title(request: ActionRequest) -> str:
    return labels.action_title(request.action)


@register.filter
def page_path(request: ActionRequest) -> str:
    return admin_path(request)


@register.filter
def door(name: str) -> str:
    return DOORS.get(name, name)


@register.filter
def member(values: Mapping[str, object], name: str) -> object:
    return values.get(name, "")
