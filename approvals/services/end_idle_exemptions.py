"""Exemptions that suppress nothing: their end is proposed, and their policies' owners decide."""

from accounts.actors import actor_of
from accounts.models import Account
from approvals.services.submit import submit
from audit import problems
from audit.actor import Door
from autonomy.actions.exemption_grant import ExemptionGrant
from autonomy.models import ActionRequest
from autonomy.status import TERMINAL
from autonomy.submission import Submission
from guidance.models import Exemption
from guidance.services.exemptions import idle


def end_idle_exemptions(*, asking: Account | None) -> list[str]:
    """A line for each; in somebody's name also a request for its end, where there is none yet."""
    return [f"{one.where} from {one.policy.slug}: {_proposed(one, asking)}" for one in idle()]


def _proposed(one: Exemption, asking: Account | None) -> str:
    target = {"cluster": one.cluster_id, "namespace": one.namespace, "kind": one.kind, "name": one.name}
    parameters = {"policy": one.policy.slug, "end": True}
    same = ActionRequest.objects.filter(action=ExemptionGrant.name, parameters=parameters, **target).exclude(status__in=TERMINAL)
    if (open_ := same.first()) is not None:
        return f"its end is asked for already, request {open_.id} is {open_.status}"
    if asking is None:
        return f"suppresses nothing since {one.granted_at:%Y-%m-%d}"
    wish = Submission(ExemptionGrant.name, one.cluster_id, one.namespace, one.name, one.kind, parameters, reason="It suppresses nothing.")
    try:
        request, _ = submit(wish, actor=actor_of(asking, Door.COMMAND))
    except problems.Problem as problem:
        return f"refused, {problem.detail}"
    return f"its end is asked for, request {request.id} waits for the policy's owners"
