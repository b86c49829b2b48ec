"""Dry runs: a worker plans them, and they end in `planned`."""

from django.utils import timezone

from audit.actor import Actor
from audit.ledger import Change, commit
from autonomy import catalogue
from autonomy.actions.base import ActionFailed, Draft
from autonomy.models import ActionRequest, Plan
from autonomy.services.finish import ended, failure
from autonomy.status import Status, check


def draft_of(request: ActionRequest) -> Draft:
    """Raises ActionFailed, and the temporary errors of the cluster."""
    return catalogue.action(request.action).plan(catalogue.ask_of(request))


def plan_row(request: ActionRequest, draft: Draft) -> Plan:
    """The draft as the request's next plan, unsaved."""
    number = (request.plan.number if request.plan else 0) + 1
    return Plan(
        request=request,
        number=number,
        digest=draft.digest,
        body=draft.body,
        resource_version=draft.resource_version,
        warnings=list(draft.warnings),
        created_at=timezone.now(),
    )


def plan_dry_run(request: ActionRequest, *, actor: Actor) -> None:
    """Raises Stale when the request was cancelled meanwhile, and the temporary errors of the cluster."""
    check(request.status, Status.PLANNED)
    try:
        plan = plan_row(request, draft_of(request))
    except ActionFailed as error:
        commit(ended(request, Status.FAILED, failure(error), actor=actor))
        return
    change = Change(request, "request.planned", actor, {"digest": plan.digest}).add(plan)
    commit(change.set(status=Status.PLANNED, plan_id=plan.pk, finished_at=change.at))
