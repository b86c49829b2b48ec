"""Reading requests: who may see which, without a query per row."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import roles
from audit import epoch as epochs
from audit.actor import Actor
from audit.epoch import Epoch
from audit.rows import columns, fetch, instance, width
from autonomy.errors import MayNotSee
from autonomy.models import ActionRequest, Plan


def visible(actor: Actor) -> QuerySet[ActionRequest]:
    """The requests that this actor may see: one's own, those of one's teams, and those that a group of hers was asked about.

    Admins, security and auditors see all.
    """
    requests = ActionRequest.objects.select_related("plan")
    if actor.groups & roles.READS_EVERYTHING:
        return requests
    # By the relation's name: reviews belong to a layer above.
    asked = ActionRequest.objects.filter(pk=OuterRef("pk"), reviews__stages__group__in=actor.groups)
    return requests.filter(Q(requester_id=actor.id) | Q(team_id__in=actor.groups) | Exists(asked))


def read(request_id: UUID, *, actor: Actor, epoch: Epoch | None = None) -> ActionRequest:
    """One request with its plan; the actor is who she was in `epoch`.

    Raises MayNotSee (which tells no difference between hidden and missing), Outdated.
    """
    return seen(load(request_id, epoch), request_id, actor=actor)


def seen(request: ActionRequest | None, request_id: UUID, *, actor: Actor) -> ActionRequest:
    """The request that was loaded, for somebody who may see it. Raises MayNotSee."""
    if request is None or not _may_see(actor, request):
        raise MayNotSee(f"There is no request {request_id}, or you may not see it.")
    return request


def _may_see(actor: Actor, request: ActionRequest) -> bool:
    """The rule of `visible`; its frequent cases are seen without asking the database."""
    near = bool(actor.groups & roles.READS_EVERYTHING) or request.requester_id == actor.id or request.team_id in actor.groups
    return near or visible(actor).filter(pk=request.pk).exists()


LOADED = f"{columns(ActionRequest, 'request')}, {columns(Plan, 'plan')}"
"""What `loaded` takes, from LOADED_FROM."""
LOADED_FROM = "autonomy_actionrequest request LEFT JOIN autonomy_plan plan ON plan.id = request.plan_id"
LOAD = f"SELECT {LOADED}, {epochs.ID} FROM {LOADED_FROM} WHERE request.id = %s"


def load(request_id: UUID, epoch: Epoch | None = None) -> ActionRequest | None:
    """A request with its plan, whoever may see it. Raises Outdated; where there is no request, nobody has looked."""
    rows = fetch(LOAD, request_id)
    if not rows:
        return None
    *values, met = rows[0]
    epochs.check(epoch, met)
    return loaded(values)


def loaded(row: Sequence[Any]) -> ActionRequest:
    request = instance(ActionRequest, row[: width(ActionRequest)])
    request.plan = instance(Plan, row[width(ActionRequest) :]) if request.plan_id else None
    return request
