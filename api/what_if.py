"""/api/v1/policies/{slug}/what-if/: which live workloads would fail if a policy were enforced now."""

from collections.abc import Sequence

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import errors, schema
from api.authentication import caller
from api.bodies import WhatIfBody, parse
from api.errors import BadBody
from api.policies import found
from api.policy_outputs import ResourceOut, TeamOut, WhatIfOut, WouldFailOut
from api.represent import result_members
from api.views import ApiView
from autonomy.actions.policy_set import unknown_place
from guidance.documents.source import PolicyError
from guidance.models import Policy
from guidance.policies.policy import Enforcement
from guidance.services.bodies import problem_json
from guidance.services.scan import identity
from guidance.services.seeing import namespaces_of
from guidance.services.supposing import Supposed, suppose
from guidance.services.what_if import Answer, Failing, what_if

NOWHERE = "there is no such namespace that you may see, so nothing was looked at"


class WhatIfView(ApiView):
    @extend_schema(
        operation_id="suppose_policy",
        summary="Which live workloads would fail if it were enforced now",
        description=schema.WHAT_IF,
        tags=["policies"],
        request=WhatIfBody,
        responses={200: WhatIfOut, **schema.problems(errors.UnknownAddress)},
    )
    def post(self, http: Request, slug: str) -> Response:
        body = parse(WhatIfBody, http.data)
        row = found(slug) if body.source is None else Policy.objects.filter(slug=slug).first()
        supposed = _supposed(slug, row, body)
        wanted = {"cluster_id": body.cluster, "name": body.namespace}
        namespaces = list(namespaces_of(caller(http).actor).filter(**{name: value for name, value in wanted.items() if value}))
        answer = what_if(supposed.policy, supposed.standing, namespaces)
        return Response(_out(supposed, answer, problems=answer.problems if namespaces else [NOWHERE]))


def _supposed(slug: str, row: Policy | None, body: WhatIfBody) -> Supposed:
    """Raises BadBody with everything that is wrong with the source, or with the first place that there is not."""
    if (index := unknown_place(body.enforcement_in or [])) is not None:
        raise BadBody(f"enforcement_in.{index}: no namespace belongs to this place.", pointer=f"/enforcement_in/{index}")
    level = Enforcement(body.enforcement) if body.enforcement else None
    local = None if body.enforcement_in is None else [one.as_local() for one in body.enforcement_in]
    try:
        return suppose(slug, row, source=body.source, enforcement=level, enforcement_in=local)
    except PolicyError as error:
        wrong = [{"pointer": "/source", **problem_json(problem)} for problem in error.problems]
        raise BadBody(str(error.problems[0]), pointer="/source", errors=wrong) from error


def _out(supposed: Supposed, answer: Answer, *, problems: Sequence[str]) -> WhatIfOut:
    return WhatIfOut(
        policy=supposed.policy.name,
        version=supposed.policy.policy.guidance.version,
        summary=dict(answer.outcomes),
        teams=[TeamOut(team=team, summary=dict(counts)) for team, counts in answer.teams.items()],
        results=[_failing(one) for one in answer.failing],
        left_off=answer.left_off,
        problems=list(problems),
    )


def _failing(one: Failing) -> WouldFailOut:
    where = one.namespace
    resource = ResourceOut.model_validate(identity(one.workload))
    place = {"cluster": where.cluster_id, "team": where.team_id, "environment": where.environment}
    return WouldFailOut(**place, **result_members(one.result, resource))
