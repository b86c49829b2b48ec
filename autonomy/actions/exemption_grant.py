"""exemption.grant: a policy lets one object, or all of a namespace, pass until a time; or does not any more."""

from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated, Self

from django.db.models.functions import Now
from django.utils import timezone
from pydantic import Field, StringConstraints, model_validator

from audit.actor import Actor
from audit.ledger import Change
from autonomy.actions.agreed import approved_by, asked_by
from autonomy.actions.base import ANY_KIND, Action, ActionFailed, Ask, Draft, Drifted, Object, Outcome, Parameters, Target
from autonomy.errors import BadParameters, BadTarget
from autonomy.members import Moment
from autonomy.models import Level
from clusters import drift
from clusters.errors import UnknownKind
from clusters.models import Namespace
from clusters.objects import resource_of
from guidance.models import Exemption, Policy
from guidance.policies.exempting import EVERYTHING, LONGEST
from guidance.services.exemptions import as_json, words_of


class ExemptionParameters(Parameters):
    """Until when, and why; or only `end`."""

    policy: Annotated[str, Field(min_length=1, max_length=50, description="The policy that lets it pass.")]
    until: Annotated[Moment | None, Field(description="When it ends (RFC 3339), a year from now at most. It can be renewed.")] = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True), Field(max_length=500, description="Shown with every finding.")] = ""
    end: Annotated[bool, Field(description="End the exemption that there is.")] = False

    @model_validator(mode="after")
    def _ends_and_says_why(self) -> Self:
        if self.end and (self.until or self.reason):
            raise ValueError("`end` stands beside `policy` alone")
        if not self.end and not (self.until and self.reason):
            raise ValueError("an exemption needs `until`, when it ends, and its `reason`")
        return self


class ExemptionGrant(Action[ExemptionParameters]):
    """The policy's owners decide. What is exempted is judged and shown all the same; a new grant takes the place of the former one."""

    name = "exemption.grant"
    title = "Exempt from a policy"
    kind = ANY_KIND
    level = Level.RESTRICTED
    Parameters = ExemptionParameters

    def check(self, target: Target, parameters: ExemptionParameters) -> None:
        _check_target(target)
        _check_policy(parameters.policy)
        if parameters.end and _exemption(target, parameters.policy) is None:
            raise BadTarget(f"{target.kind} {target.name} is not exempted from {parameters.policy}.", pointer="/target")
        if parameters.until is not None and not timezone.now() < parameters.until <= timezone.now() + LONGEST:
            detail = "parameters.until: an exemption ends in the future, and within a year: it can be renewed then."
            raise BadParameters(detail, pointer="/parameters/until")

    def deciders(self, target: Target, parameters: ExemptionParameters) -> frozenset[str]:  # noqa: ARG002
        return frozenset(Policy.objects.filter(slug=parameters.policy).values_list("owner_id", flat=True))

    def plan(self, ask: Ask[ExemptionParameters]) -> Draft:
        return _draft(ask, _Found.by(ask))

    def execute(self, ask: Ask[ExemptionParameters]) -> Outcome:
        return _outcome(ask, _Found.by(ask))

    def execute_approved(self, ask: Ask[ExemptionParameters], approved: Draft) -> Outcome:
        """The policy is read once: the change is optimistic on its stream."""
        found = _Found.by(ask)
        draft = _draft(ask, found)
        if draft.digest != approved.digest:
            raise Drifted(draft)
        return _outcome(ask, found)


@dataclass(frozen=True)
class _Found:
    """The policy, the exemption that there is, and the database's time."""

    policy: Policy
    former: Exemption | None
    now: datetime

    @classmethod
    def by(cls, ask: Ask[ExemptionParameters]) -> Self:
        """Raises ActionFailed."""
        slug = ask.parameters.policy
        policy = Policy.objects.annotate(now=Now()).filter(slug=slug).first()
        if policy is None:
            raise ActionFailed(f"There is no policy {slug} any more.", reason="NotFound")
        return cls(policy, _exemption(ask.target, slug), policy.now)


def _draft(ask: Ask[ExemptionParameters], found: _Found) -> Draft:
    """What a grant takes the place of is told beside it: that it ends or is renewed meanwhile changes nothing for who approves it."""
    asked, former = ask.parameters, found.former
    if asked.end and former is None:
        raise ActionFailed(f"The exemption from {asked.policy} has ended already.", reason="NotFound")
    if asked.until is not None and asked.until <= found.now:
        hint = "Submit it again with a later end."
        raise ActionFailed(f"The exemption would have ended at {asked.until.isoformat()} already.", reason="EndPassed", hint=hint)
    before = _told(asked.policy, former.until, former.reason) if asked.end and former else None
    after = None if asked.until is None else _told(asked.policy, asked.until, asked.reason)
    warnings = [f"It takes the place of the one that is there, {words_of(former)}."] if former and not asked.end else []
    if not asked.end and not Namespace.objects.filter(cluster_id=ask.target.cluster, name=ask.target.namespace).exists():
        warnings.append(f"Nobody has registered the namespace {ask.target.namespace}, so no scan can tell whether this is needed.")
    return Draft(target=ask.target, uid=None, before=before, after=after, diff=drift.unified(before, after), warnings=warnings)


def _told(policy: str, until: datetime, reason: str) -> Object:
    return {"policy": policy, "until": until.astimezone(UTC).isoformat(), "reason": reason}


def _outcome(ask: Ask[ExemptionParameters], found: _Found) -> Outcome:
    until, former = ask.parameters.until, found.former
    if until is not None:
        return _granted(ask, found, until)
    assert former is not None  # noqa: S101 there is no draft without one
    ended = {**as_json(former), "request": ask.id, "asked_by": asked_by(ask), "approved_by": approved_by(ask)}
    change = Change(found.policy, "Policy.exemption_ended", Actor.worker(), ended).remove(former)
    message = f"{ask.target.kind} {ask.target.name} is not exempted from {ask.parameters.policy} any more."
    return Outcome({"message": message, "ended": True}, changes=[change])


def _granted(ask: Ask[ExemptionParameters], found: _Found, until: datetime) -> Outcome:
    place = {"cluster_id": ask.target.cluster, "namespace": ask.target.namespace, "kind": ask.target.kind, "name": ask.target.name}
    values = {
        "until": until,
        "reason": ask.parameters.reason,
        "request": ask.id,
        "asked_by": asked_by(ask),
        "granted_by": approved_by(ask),
        "granted_at": found.now,
    }
    row = Exemption(policy=found.policy, **place, **values)
    change = Change(found.policy, "Policy.exempted", Actor.worker(), as_json(row))
    change = change.update(found.former, **values) if found.former else change.add(row)
    message = f"{ask.target.kind} {ask.target.name} is exempted from {ask.parameters.policy} until {until:%Y-%m-%d %H:%M} UTC."
    return Outcome({"message": message, "until": until.isoformat()}, changes=[change])


def _check_target(target: Target) -> None:
    try:
        known = resource_of(target.kind)
    except UnknownKind as error:
        raise BadTarget(str(error), pointer="/target/kind") from error
    if target.kind == EVERYTHING and target.name != target.namespace:
        raise BadTarget(f"The namespace is {target.namespace}, so that must be its name too.", pointer="/target/name")
    if target.kind != EVERYTHING and not known.namespaced:
        raise BadTarget(f"A {target.kind} lies in no namespace: exempt a namespace, or what lies in one.", pointer="/target/kind")


def _check_policy(slug: str) -> None:
    known = list(Policy.objects.values_list("slug", flat=True))
    if slug not in known:
        close = get_close_matches(slug, known, n=1)
        hint = f"Did you mean {close[0]}?" if close else "GET /api/v1/policies/ lists what there is."
        raise BadParameters(f"parameters.policy: there is no policy {slug!r}.", pointer="/parameters/policy", hint=hint)


def _exemption(target: Target, policy: str) -> Exemption | None:
    where = {"cluster_id": target.cluster, "namespace": target.namespace, "kind": target.kind, "name": target.name}
    return Exemption.objects.filter(policy__slug=policy, **where).first()
