"""From the models to what the API answers with."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from accounts.models import Scope
from api.authentication import Caller
from api.outputs import BecauseOut, DecisionOut, EventOut, FindingOut, LinksOut, MeOut, PlanOut, RequestOut, ReviewOut, StageOut, TargetOut
from api.policy_outputs import ResourceOut
from approvals.links import admin_url
from approvals.reviews import OpenReview, latest_of
from audit.models import Event
from autonomy.models import ActionRequest, Level
from autonomy.status import Status
from guidance.judging.evaluation import Finding
from guidance.judging.results import Result


def request_out(request: ActionRequest, caller: Caller, base: str) -> RequestOut:
    (out,) = requests_out([request], caller, base)
    return out


def reviewed_out(review: OpenReview, caller: Caller, base: str) -> RequestOut:
    """A request whose review has just been read."""
    return _request(review.request, {review.request.id: review}, caller, base)


def requests_out(requests: Sequence[ActionRequest], caller: Caller, base: str) -> list[RequestOut]:
    """`base` is the address that links begin with. Constant in queries; none where no request can have a review."""
    planned = [request for request in requests if request.plan_id is not None and not request.dry_run]
    reviews = latest_of(planned) if planned else {}
    return [_request(request, reviews, caller, base) for request in requests]


def _request(request: ActionRequest, reviews: Mapping[UUID, OpenReview], caller: Caller, base: str) -> RequestOut:
    review = reviews.get(request.id)
    return RequestOut(
        id=request.id,
        action=request.action,
        target=TargetOut(cluster=request.cluster, namespace=request.namespace, kind=request.kind, name=request.name),
        parameters=request.parameters,
        reason=request.reason,
        dry_run=request.dry_run,
        override=request.override,
        level=request.level,
        level_because=[BecauseOut.model_validate(reason) for reason in request.level_because],
        status=Status(request.status),
        requester=request.requester_name,
        team=request.team_id,
        environment=request.environment,
        door=request.door,
        created_at=request.created_at,
        finished_at=request.finished_at,
        plan=plan_out(request),
        findings=[FindingOut.model_validate(finding) for finding in request.findings],
        mended=request.mended,
        review=review_out(review, caller) if review else None,
        result=request.result,
        links=_links(request, base),
    )


def plan_out(request: ActionRequest) -> PlanOut | None:
    """Pending until a worker has made it; None for what runs without one, and for what ended before it was planned."""
    plan = request.plan
    if plan is not None:
        diff: str = json.loads(bytes(plan.body))["diff"]
        return PlanOut(status="ready", digest=plan.digest, diff=diff, warnings=plan.warnings)
    if request.status == Status.SUBMITTED:
        return PlanOut(status="pending")
    planned_first = request.level == Level.RESTRICTED or request.dry_run or request.override is not None
    return PlanOut(status="failed") if planned_first and request.status == Status.FAILED else None


def review_out(review: OpenReview, caller: Caller) -> ReviewOut:
    return ReviewOut(
        expires_at=review.review.expires_at,
        stages=[_stage(review, stage.group_id, stage.required) for stage in review.stages],
        decisions=[
            DecisionOut(
                by=decision.name,
                verdict=decision.verdict,
                comment=decision.comment,
                digest=decision.digest,
                door=decision.door,
                at=decision.at,
            )
            for decision in review.decisions
        ],
        me=_me(review, caller),
    )


def _stage(review: OpenReview, group: str, required: int) -> StageOut:
    approved = review.approved[group]
    if approved >= required:
        return StageOut(group=group, required=required, approved=approved, status="approved")
    waits = review.request.status == Status.AWAITING_APPROVAL
    return StageOut(group=group, required=required, approved=approved, status="waiting" if waits else "closed")


def _me(review: OpenReview, caller: Caller) -> MeOut:
    refusal = review.refusal(caller.actor)
    if refusal is not None:
        return MeOut(can_decide=False, because=refusal.detail)
    decided = review.decision_of(caller.actor)
    if decided is not None:
        return MeOut(can_decide=False, because=f"You chose to {decided.verdict} at {decided.at.isoformat()}.")
    if Scope.DECIDE not in caller.scopes:
        return MeOut(can_decide=False, because=f"The token lacks the scope {Scope.DECIDE}.")
    return MeOut(can_decide=True, because=None)


def _links(request: ActionRequest, base: str) -> LinksOut:
    own = f"{base}/api/v1/requests/{request.id}/"
    return LinksOut(
        self=own, events=f"{own}events/", approve=f"{own}approve/", deny=f"{own}deny/", cancel=f"{own}cancel/", page=admin_url(request)
    )


def findings_out(findings: Sequence[Finding]) -> list[FindingOut]:
    return [FindingOut.model_validate(finding.as_json()) for finding in findings]


def result_members(result: Result, resource: ResourceOut) -> dict[str, Any]:
    """What every form of a result has."""
    return {
        "resource": resource,
        "policy": result.policy,
        "version": result.version,
        "severity": result.severity,
        "enforcement": result.enforcement,
        "result": result.outcome,
        "because": result.because,
        "findings": findings_out(result.findings),
    }


def event_out(event: Event) -> EventOut:
    return EventOut(
        seq=event.seq,
        type=event.type,
        status=event.status,
        actor=event.actor_name,
        door=event.door,
        at=event.at,
        data=json.loads(bytes(event.body))["data"],
        hash=bytes(event.hash).hex(),
    )
