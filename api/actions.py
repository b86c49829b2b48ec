"""/api/v1/actions/: the catalogue, and what each action is in one place for the caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import schema
from api.authentication import caller
from api.bodies import Place as PlaceQuery
from api.bodies import parse_query
from api.errors import BadQuery
from api.outputs import ActionOut, BecauseOut, ConditionalOut, HereOut, ListOut
from api.views import ApiView
from audit.actor import Actor
from audit.problems import Problem
from autonomy import catalogue
from autonomy.actions.base import AnyAction, Target
from autonomy.boundaries import Facts, Rule, level_of, matches
from autonomy.models import Boundary
from autonomy.rulebook import Place, consult
from autonomy.services.judge import check_may_submit


class ActionsView(ApiView):
    @extend_schema(
        operation_id="list_actions",
        summary="The catalogue of actions",
        description="With `cluster` and `namespace` also the level that each action has there, why, and whether the caller may ask for it.",
        tags=["rules"],
        parameters=schema.query(PlaceQuery),
        responses=ListOut[ActionOut],
    )
    def get(self, http: Request) -> Response:
        wanted = parse_query(PlaceQuery, http.query_params)
        if wanted.namespace and not wanted.cluster:
            raise BadQuery("A namespace is in a cluster: name the cluster too.", parameter="cluster")
        here = _Here.of(wanted, caller(http).actor)
        return Response({"results": [_action(kind, here) for kind in catalogue.actions().values()]})


@dataclass(frozen=True)
class _Here:
    """The rules as they are now, and the place that was asked for."""

    actor: Actor
    wanted: PlaceQuery
    place: Place
    rules: Sequence[Rule]
    conditions: Mapping[str, str]

    @classmethod
    def of(cls, wanted: PlaceQuery, actor: Actor) -> "_Here":
        rules, place, _ = consult(wanted.cluster, wanted.namespace)
        if wanted.cluster and not place.cluster_known:
            raise BadQuery(f"There is no cluster {wanted.cluster!r} here.", parameter="cluster")
        conditions = dict(Boundary.objects.exclude(condition="").values_list("slug", "condition"))
        return cls(actor, wanted, place, rules.boundaries, conditions)


def _action(kind: AnyAction, here: _Here) -> ActionOut:
    target = Target(here.wanted.cluster, here.wanted.namespace, kind.kind, "") if kind.in_cluster else Target("", "", kind.kind, "")
    place = here.place if kind.in_cluster else Place(cluster_known=False, team=None, environment="")
    facts = Facts(kind.name, kind.level, target.cluster, target.namespace, place.environment, kind.kind, "", {})
    has_place = bool(here.wanted.cluster) or not kind.in_cluster
    level, because = level_of(facts, [rule for rule in here.rules if rule.condition is None]) if has_place else (kind.level, [])
    return ActionOut(
        name=kind.name,
        title=kind.title,
        kind=kind.kind,
        level=level,
        level_because=[BecauseOut.model_validate(reason.as_json()) for reason in because],
        in_cluster=kind.in_cluster,
        parameters=kind.Parameters.model_json_schema(),
        here=_here(here, facts, level, _refusal(here.actor, target, place)) if has_place else None,
    )


def _here(here: _Here, facts: Facts, level: int, refusal: Problem | None) -> HereOut:
    """What does not depend on the parameters decides the level; what does is told here."""
    return HereOut(
        conditional=[_conditional(rule, here) for rule in here.rules if _may_restrict(rule, facts, level)],
        allowed=refusal is None,
        because=refusal.detail if refusal else None,
    )


def _may_restrict(rule: Rule, facts: Facts, level: int) -> bool:
    return rule.condition is not None and rule.level > level and matches(replace(rule, condition=None), facts)


def _conditional(rule: Rule, here: _Here) -> ConditionalOut:
    return ConditionalOut(boundary=rule.slug, level=rule.level, condition=here.conditions.get(rule.slug, ""), reason=rule.reason)


def _refusal(actor: Actor, target: Target, place: Place) -> Problem | None:
    try:
        check_may_submit(actor, target, place)
    except Problem as problem:
        return problem
    return None
