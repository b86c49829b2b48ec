"""Reading requests: who may see which, without a query per row."""

from uuid import UUID

from django.db.models import Q, QuerySet

from accounts import roles
from audit.actor import Actor
from autonomy.errors import MayNotSee
from autonomy.models import ActionRequest


def visible(actor: Actor) -> QuerySet[ActionRequest]:
    """The requests that this actor may see: one's own and those of one's teams; admins, security and auditors see all."""
    requests = ActionRequest.objects.select_related("plan")
    if actor.groups & roles.READS_EVERYTHING:
        return requests
    return requests.filter(Q(requester_id=actor.id) | Q(team_id__in=actor.groups))


def read(request_id: UUID, *, actor: Actor) -> ActionRequest:
    """One request with its plan. Raises MayNotSee (which tells no difference between hidden and missing)."""
    request = visible(actor).filter(pk=request_id).first()
    if request is None:
        raise MayNotSee(f"There is no request {request_id}, or you may not see it.")
    return request
