"""policy.set: create, replace or remove a policy, or change how strictly it is enforced."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from django.db.models import QuerySet
from pydantic import Field, model_validator

from accounts import roles
from autonomy.actions.base import ActionFailed, Ask, Draft, Outcome, Parameters, Target
from autonomy.actions.own_rules import Row, RuleAction, RuleParameters
from autonomy.errors import BadParameters, BadTarget
from autonomy.models import Level
from clusters.models import Namespace
from guidance.documents.source import PolicyError
from guidance.models import Exemption, Policy
from guidance.policies.enforcing import Local
from guidance.policies.policy import Enforcement
from guidance.services.bodies import accepted, check_has_owners, check_is_newer, problem_json
from guidance.services.exemptions import words_of
from guidance.services.policies import compiled_body, values_of

EnforcementLevel = Literal["advisory", "soft-mandatory", "hard-mandatory"]
Name = Annotated[str, Field(max_length=63)]
LONGEST_SOURCE = 100_000
"""Characters."""
MOST_TOLD = 20
"""Exemptions that reviewers of a removal read one by one."""


class LocalEnforcement(Parameters):
    """The level in one environment, of one team, or in one namespace (with `cluster`: only there)."""

    level: EnforcementLevel
    environment: Name = ""
    team: Name = ""
    namespace: Name = ""
    cluster: Name = ""

    @model_validator(mode="after")
    def _names_one_place(self) -> Self:
        if [self.environment, self.team, self.namespace].count("") != 2:
            raise ValueError("must name exactly one of environment, team and namespace")
        if self.cluster and not self.namespace:
            raise ValueError("a cluster stands beside a namespace only")
        return self

    def as_local(self) -> Local:
        return Local(Enforcement(self.level), self.environment, self.team, self.namespace, self.cluster)


class PolicyParameters(RuleParameters):
    """What is left out stays as it is; a new policy needs its `source`, and begins at the level that it names."""

    source: Annotated[
        str | None,
        Field(
            max_length=LONGEST_SOURCE, description="The policy's file, in YAML; its bindings and parameters follow as further documents."
        ),
    ] = None
    enforcement: Annotated[EnforcementLevel | None, Field(description="The level wherever nothing else is said.")] = None
    enforcement_in: Annotated[
        list[LocalEnforcement] | None,
        Field(max_length=100, description="All places with another level. A namespace counts before a team, a team before an environment."),
    ] = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        changes = self.model_dump(exclude={"remove"}, exclude_none=True)
        if self.remove and changes:
            raise ValueError("`remove` stands alone")
        if not self.remove and not changes:
            raise ValueError("nothing is to be changed: say `source`, `enforcement`, `enforcement_in` or `remove`")
        return self

    @model_validator(mode="after")
    def _each_place_once(self) -> Self:
        places = [one.as_local().place for one in self.enforcement_in or []]
        if twice := next((place for index, place in enumerate(places) if place in places[:index]), None):
            raise ValueError(f"enforcement_in names {twice} twice")
        return self


class PolicySet(RuleAction[PolicyParameters]):
    """Its owners decide: of a new policy those that it names, with the platform admins; of another owner both the old and the new."""

    name = "policy.set"
    title = "Change a policy"
    kind = "Policy"
    level = Level.RESTRICTED
    model = Policy
    Parameters = PolicyParameters

    def check(self, target: Target, parameters: PolicyParameters) -> None:
        super().check(target, parameters)
        row = Policy.objects.filter(slug=target.name).first()
        if row is None and parameters.remove:
            raise BadTarget(f"There is no policy {target.name} to remove.", pointer="/target/name")
        if row is None and parameters.source is None:
            detail = f"parameters.source: there is no policy {target.name} yet, so its file is needed."
            raise BadParameters(detail, pointer="/parameters/source")
        if parameters.source is not None:
            _check_source(target.name, parameters.source, row)
        _check_places(parameters.enforcement_in or [])
        if row is not None and not parameters.remove and self._is_so(target, parameters, row):
            raise BadParameters(f"parameters: the policy {target.name} is so already: nothing would change.", pointer="/parameters")

    def _is_so(self, target: Target, parameters: PolicyParameters, row: Policy) -> bool:
        wanted = self.values(target, parameters, row) or {}
        return all(getattr(row, name) == value for name, value in wanted.items())

    def deciders(self, target: Target, parameters: PolicyParameters) -> frozenset[str]:
        owner = Policy.objects.filter(slug=target.name).values_list("owner_id", flat=True).first()
        if parameters.source is None:
            return frozenset([owner] if owner else [])
        return frozenset([owner or roles.PLATFORM_ADMINS, *_named_owner(parameters.source, target.name)])

    def _draft(self, ask: Ask[PolicyParameters], row: Row | None) -> Draft:
        exemptions = _exemptions(ask, row)
        ended = [f"The exemption of {one.where} ends with it, {words_of(one)}." for one in exemptions[:MOST_TOLD]]
        more = [f"{left} more exemptions end with it."] if (left := len(exemptions) - MOST_TOLD) > 0 else []
        return replace(super()._draft(ask, row), warnings=ended + more)

    def _change(self, ask: Ask[PolicyParameters], row: Row | None) -> Outcome:
        outcome = super()._change(ask, row)
        for change in outcome.changes:
            change.remove(*_exemptions(ask, row))
        return outcome

    def values(self, target: Target, parameters: PolicyParameters, row: Row | None) -> Mapping[str, Any] | None:
        if parameters.remove:
            return None
        assert row is None or isinstance(row, Policy)  # noqa: S101 the model of this action
        kept = _kept(target.name, row) if parameters.source is None else _new(parameters.source, target.name, row)
        levels: dict[str, Any] = {}
        if parameters.enforcement is not None:
            levels["enforcement"] = parameters.enforcement
        if parameters.enforcement_in is not None:
            levels["enforcement_in"] = [one.as_local().as_json() for one in parameters.enforcement_in]
        return {**kept, **levels}


def _exemptions(ask: Ask[PolicyParameters], row: Row | None) -> list[Exemption]:
    """Those that end with the policy."""
    return list(Exemption.objects.filter(policy_id=row.pk)) if ask.parameters.remove and row else []


def _named_owner(source: str, slug: str) -> list[str]:
    """None where an engine of before has accepted what this one does not: then nothing comes into force either."""
    try:
        return [compiled_body(source, slug).policy.guidance.owner]
    except PolicyError:
        return []


def _kept(slug: str, row: Policy | None) -> dict[str, object]:
    """Levels change without a look at the body, so that one which cannot be read does not stand in the way. Raises ActionFailed."""
    if row is None:
        raise ActionFailed(f"There is no policy {slug} any more.", reason="NotFound", hint="Submit its whole file.")
    return values_of(row.source, version=row.version, owner=row.owner_id, enforcement=row.enforcement, enforcement_in=row.enforcement_in)


def _new(source: str, slug: str, row: Policy | None) -> dict[str, object]:
    """The levels in force stay. What was accepted at submission may not be it any more. Raises ActionFailed."""
    try:
        body = compiled_body(source, slug).policy
        check_is_newer(body, source, row)
    except PolicyError as error:
        raise ActionFailed(str(error), reason="PolicyRefused", hint="Mend the policy's file and submit it again.") from error
    about = body.guidance
    enforcement, local = (row.enforcement, row.enforcement_in) if row else (about.enforcement.value, [])
    return values_of(source, version=about.version, owner=about.owner, enforcement=enforcement, enforcement_in=local)


def _check_source(slug: str, source: str, row: Policy | None) -> None:
    """Raises BadParameters with everything that is wrong: file, line, column."""
    try:
        body = accepted(source, slug).policy
        check_is_newer(body, source, row)
        check_has_owners(body)
    except PolicyError as error:
        errors = [{"pointer": "/parameters/source", **problem_json(problem)} for problem in error.problems]
        raise BadParameters(str(error.problems[0]), pointer="/parameters/source", errors=errors) from error


def _check_places(places: Sequence[LocalEnforcement]) -> None:
    """What does not exist would never be met, and nobody would see why. Raises BadParameters."""
    if (index := unknown_place(places)) is not None:
        detail = f"parameters.enforcement_in: there is no {places[index].as_local().place}, or no namespace belongs to it."
        raise BadParameters(detail, pointer=f"/parameters/enforcement_in/{index}")


def unknown_place(places: Sequence[LocalEnforcement]) -> int | None:
    """The first of them that no namespace belongs to."""
    return next((index for index, one in enumerate(places) if not _namespaces(one).exists()), None)


def _namespaces(place: LocalEnforcement) -> QuerySet[Namespace]:
    named = {"environment": place.environment, "team_id": place.team, "name": place.namespace, "cluster_id": place.cluster}
    return Namespace.objects.filter(**{field: value for field, value in named.items() if value})
