"""Planning what needs approval, and opening its review."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Max
from django.db.models.functions import Now

from approvals.models import Review, ReviewStage
from approvals.routing import Route, Rules, route, rules_in_force
from audit.actor import Actor
from audit.ledger import Change, commit, judged_again
from audit.outbox import Message
from audit.problems import Problem
from autonomy import catalogue
from autonomy.actions.base import ActionFailed
from autonomy.catalogue import deciders_of
from autonomy.models import ActionRequest, Level, Plan
from autonomy.services.finish import ended, failure
from autonomy.services.plan import draft_of, plan_dry_run, plan_row
from autonomy.status import Status
from guidance.services.policies import owners_of


def nobody(request: ActionRequest) -> ActionFailed:
    """Why nobody could approve it any more: what it is about is gone, or else no rule matches."""
    kind, ask = catalogue.action(request.action), catalogue.ask_of(request)
    try:
        kind.check(ask.target, ask.parameters)
    except Problem as gone:
        return ActionFailed(gone.detail, reason="NotPossible", hint=gone.suggestion)
    if request.override and request.level < Level.RESTRICTED:
        told = f"The policies that it would have overridden are there no more: {', '.join(request.override['policies'])}."
        return ActionFailed(told, reason="NotFound", hint="Submit it again without the override.")
    told = "No approval rule matches this request any more, so nobody could approve it."
    return ActionFailed(told, reason="NoApprovalRule", hint="Submit it again once a rule matches.")


def plan(message: Message) -> None:
    """Dry-run a submitted request: a dry run ends there, all else goes to its reviewers.

    Repeating is harmless: a dry run changes nothing, and of two plans made at once only one is committed.
    """
    _plan(message, actor=Actor.worker())


@judged_again
def _plan(message: Message, *, actor: Actor) -> None:
    request = ActionRequest.objects.select_related("plan").get(pk=message.stream)
    if request.status != Status.SUBMITTED:
        return
    if request.dry_run:
        plan_dry_run(request, actor=actor)
    else:
        _open(request, actor=actor)


def _open(request: ActionRequest, *, actor: Actor) -> None:
    found = current_route(request)
    try:
        if found is None:
            raise nobody(request)
        made = plan_row(request, draft_of(request))
    except ActionFailed as error:
        commit(ended(request, Status.FAILED, failure(error), actor=actor))
        return
    change = Change(request, "request.review_opened", actor, {"digest": made.digest, "plan": made.number, "needs": _as_json(found)})
    commit(with_review(change.add(made), made, found))


def with_review(change: Change, plan: Plan, found: Route, *, because: str = "") -> Change:
    """The change also opens a review of this plan under this route."""
    request = change.subject
    assert isinstance(request, ActionRequest)  # noqa: S101
    review, stages = new_review(request, plan, found, because=because)
    change.add(review, *stages)
    return change.set(status=Status.AWAITING_APPROVAL, plan_id=plan.pk)


def new_review(request: ActionRequest, plan: Plan, found: Route, *, because: str) -> tuple[Review, Sequence[ReviewStage]]:
    """Unsaved. The time to decide begins by the database's clock, by which it also ends."""
    last, now = ActionRequest.objects.values_list(Max("reviews__number"), Now()).get(pk=request.pk)
    review = Review(
        request=request,
        number=(last or 0) + 1,
        plan=plan,
        because=because,
        slack_channel=found.slack_channel,
        opened_at=now,
        expires_at=min([now + timedelta(hours=found.expires_after_hours), *_override_ends(request)]),
    )
    return review, [ReviewStage(review=review, group_id=need.group, required=need.required) for need in found.needs]


def _override_ends(request: ActionRequest) -> list[datetime]:
    """When the override ends that is asked for, if one is: nobody grants it afterwards."""
    return [datetime.fromisoformat(request.override["until"])] if request.override else []


def current_route(request: ActionRequest, rules: Rules | None = None) -> Route | None:
    """Who must agree under these rules, or those of now; None also where a rule names a group that is gone."""
    policies = request.override["policies"] if request.override else []
    found = route(request, rules or rules_in_force(), owners_of(policies), deciders_of(request))
    return found if found is not None and found.has_all_groups else None


def _as_json(found: Route) -> dict[str, int]:
    return {need.group: need.required for need in found.needs}
