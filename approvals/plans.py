"""How the plan that somebody has seen differs from the one that waits."""

import json

from approvals.errors import PlanChanged
from autonomy.models import ActionRequest, Plan
from clusters.drift import unified
from clusters.objects import Object


def plan_changed(request: ActionRequest, seen: str) -> PlanChanged:
    """`moved` tells how the plan that was seen and the one that waits differ; None where no plan of this request was seen."""
    old, current = next((plan for plan in Plan.objects.filter(request=request) if plan.digest == seen), None), request.plan
    if old is None or current is None:
        waits = f" What waits is plan {current.number}, {current.digest}." if current else ""
        detail = f"The digest that was sent never was that of a plan of this request.{waits}"
        return PlanChanged(detail, seen=seen, current=request.plan_digest, moved=None)
    moved = unified(_without_diff(old), _without_diff(current))
    return PlanChanged(f"Plan {old.number} was replaced by plan {current.number}.", seen=seen, current=current.digest, moved=moved)


def _without_diff(plan: Plan) -> Object:
    body: Object = json.loads(bytes(plan.body))
    return {name: value for name, value in body.items() if name != "diff"}
