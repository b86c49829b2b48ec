"""Judging a submission: who may ask, at which level, and what the policies say. Nothing is written."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from accounts import roles
from audit.actor import Actor, ActorKind
from audit.epoch import Epoch
from autonomy import catalogue
from autonomy.actions.base import ANY_KIND, AnyAction, Parameters, Target
from autonomy.boundaries import Facts, level_of
from autonomy.errors import BadOverride, BadTarget, MayNotSubmit, NotYourNamespace
from autonomy.models import ActionRequest, Level
from autonomy.rulebook import Consulted, Place, consult
from autonomy.status import Status
from autonomy.submission import Override, Submission
from guidance.judging.evaluation import Evaluation
from guidance.policies.exempting import LONGEST
from guidance.policies.policy import Enforcement
from guidance.services import namespaces, objects
from guidance.services.policies import NOTHING_TO_JUDGE, LocalPolicies

NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LONGEST_NAME = 253
"""Kubernetes' DNS labels and subdomains, which all kinds of the catalogue are named by."""


@dataclass(frozen=True)
class Judgement:
    """An unsaved request in the status that it is born with."""

    request: ActionRequest
    evaluation: Evaluation
    owners: frozenset[str]
    """The groups whose policies the submission wants to override; their approval is needed too."""
    deciders: frozenset[str]
    """The groups that the action itself names."""

    @property
    def waits(self) -> bool:
        """People must approve it (a dry run never gets that far)."""
        return self.request.status == Status.SUBMITTED and not self.request.dry_run


def judge(submission: Submission, consulted: Consulted, *, actor: Actor, now: datetime) -> Judgement:
    """By the rules that were consulted for its target.

    Raises UnknownAction, BadTarget, BadParameters, BadOverride, MayNotSubmit, NotYourNamespace.
    """
    kind = catalogue.action(submission.action)
    target = _target(kind, submission)
    place, policies = consulted.place, consulted.policies
    check_may_submit(actor, target, place)
    if kind.in_cluster and not place.cluster_known:
        raise BadTarget(f"There is no cluster {target.cluster!r} here.", pointer="/target/cluster")
    parameters = catalogue.parse(kind, submission.parameters)
    kind.check(target, parameters)
    plain = parameters.model_dump(mode="json", exclude_unset=True)
    level, because = level_of(_facts(kind, target, place, plain), consulted.rules.boundaries)
    evaluation = _evaluate(kind, target, parameters, policies)
    status = _birth_status(Level(level), evaluation, submission)
    request = ActionRequest(
        action=kind.name,
        **target.as_json(),
        environment=place.environment,
        team_id=place.team,
        parameters=plain,
        reason=submission.reason,
        dry_run=submission.dry_run,
        override=_override_json(submission.override),
        requester_id=actor.account,
        requester_name=actor.name,
        requester_people=sorted(actor.people),
        door=actor.door,
        created_at=now,
        level=level,
        level_because=[reason.as_json() for reason in because],
        findings=[finding.as_json() for finding in evaluation.findings],
        mended=evaluation.mended,
        fixed=kind.fix(now=now),
        status=status,
        finished_at=now if status == Status.POLICY_FAILED else None,
    )
    return Judgement(request, evaluation, _owners(submission.override, evaluation, policies, now), kind.deciders(target, parameters))


def new_violations(request: ActionRequest, epoch: Epoch | None = None) -> Evaluation:
    """What the policies of now, or of an epoch that was just met, refuse in a stored request and did not refuse at its submission.

    Without an epoch the namespace, and the object as it is, are read afresh where policies mind them: raises the temporary errors of the
    cluster then. In an epoch no cluster is asked: what would need it is told as `of_the_moment`, and judged when it runs.
    """
    kind, ask = catalogue.action(request.action), catalogue.ask_of(request)
    if kind.manifest(ask.target, ask.parameters) is None:
        return NOTHING_TO_JUDGE
    policies = consult(request.cluster, request.namespace, epoch).policies
    if epoch is None:
        policies = replace(policies, namespace=namespaces.afresh, former=objects.afresh)
    else:
        policies = replace(policies, namespace=objects.unasked, former=objects.unasked)
    found = _evaluate(kind, ask.target, ask.parameters, policies)
    known = {
        (finding["policy"], finding["path"], finding["enforcement"]) for finding in request.findings if finding.get("exempted") is None
    }
    fresh = [finding for finding in (*found.hard, *found.soft) if (finding.policy, finding.path, finding.enforcement.value) not in known]
    return Evaluation(tuple(fresh), found.mended, of_the_moment=found.of_the_moment)


def _target(kind: AnyAction, submission: Submission) -> Target:
    of_kind = _kind(kind, submission)
    if kind.in_cluster and not (submission.cluster and submission.namespace):
        missing = "namespace" if submission.cluster else "cluster"
        raise BadTarget(f"{kind.name} needs a {missing} in its target.", pointer=f"/target/{missing}")
    if not kind.in_cluster and (submission.cluster or submission.namespace):
        raise BadTarget(f"{kind.name} changes a rule of this product: its target has only a name.", pointer="/target")
    if kind.in_cluster and not NAMESPACE.fullmatch(submission.namespace):
        raise BadTarget(f"{submission.namespace!r} cannot be the name of a namespace.", pointer="/target/namespace")
    if kind.in_cluster and not (len(submission.name) <= LONGEST_NAME and NAME.fullmatch(submission.name)):
        raise BadTarget(f"{submission.name!r} cannot be the name of a {of_kind}.", pointer="/target/name")
    return Target(submission.cluster, submission.namespace, of_kind, submission.name)


def _kind(kind: AnyAction, submission: Submission) -> str:
    if kind.kind == ANY_KIND and not submission.kind:
        raise BadTarget(f"{kind.name} needs the kind of its target.", pointer="/target/kind")
    if submission.kind and kind.kind not in (ANY_KIND, submission.kind):
        raise BadTarget(f"{kind.name} acts on a {kind.kind}, not on a {submission.kind}.", pointer="/target/kind")
    return submission.kind or kind.kind


def check_may_submit(actor: Actor, target: Target, place: Place) -> None:
    """Raises MayNotSubmit, NotYourNamespace."""
    if not actor.people:
        raise MayNotSubmit(f"Nobody answers for {actor.name}: a service account needs an owner.")
    if actor.groups & roles.REVIEWERS:
        return
    teams = actor.groups - roles.READS_EVERYTHING
    if not teams:
        raise MayNotSubmit(f"{actor.name} is in no team that could ask for anything.")
    if place.team is not None and place.team not in teams:
        raise NotYourNamespace(f"{target.namespace} belongs to the team {place.team}, and {actor.name} is not in it.", team=place.team)
    if actor.kind == ActorKind.SERVICE and place.team is None:
        raise NotYourNamespace(f"The service account {actor.name} acts for its own team only.")


def _facts(kind: AnyAction, target: Target, place: Place, parameters: dict[str, object]) -> Facts:
    return Facts(kind.name, kind.level, target.cluster, target.namespace, place.environment, target.kind, target.name, parameters)


def _evaluate(kind: AnyAction, target: Target, parameters: Parameters, policies: LocalPolicies) -> Evaluation:
    manifest = kind.manifest(target, parameters)
    return NOTHING_TO_JUDGE if manifest is None else policies.judge(manifest)


def _owners(override: Override | None, evaluation: Evaluation, policies: LocalPolicies, now: datetime) -> frozenset[str]:
    """Whose policies are to be overridden. Raises BadOverride where that cannot be."""
    if override is None:
        return frozenset()
    soft = {finding.policy for finding in evaluation.soft}
    if needless := sorted(set(override.policies) - soft):
        told = "; ".join(f"{slug}: {_why_not_overridden(slug, evaluation, policies)}" for slug in needless)
        raise BadOverride(f"{told}.", pointer="/override/policies")
    if left := sorted(soft - set(override.policies)):
        raise BadOverride(f"The manifest violates {', '.join(left)} too: override all of them, or mend them.", pointer="/override/policies")
    if override.until <= now:
        raise BadOverride(f"{override.until.isoformat()} is in the past.", pointer="/override/until")
    if override.until > now + LONGEST:
        raise BadOverride(f"{override.until.isoformat()}: an override ends within a year.", pointer="/override/until")
    return frozenset(policies.owner(slug) for slug in override.policies)


def _why_not_overridden(slug: str, evaluation: Evaluation, policies: LocalPolicies) -> str:
    """In words, of a policy that is none of the soft-mandatory ones which the manifest violates."""
    if slug not in policies.levels:
        return "there is no such policy"
    found = [finding for finding in evaluation.findings if finding.policy == slug]
    if not found:
        return "this manifest does not violate it"
    if found[0].exempted is not None:
        return "it lets this pass already"
    if found[0].enforcement == Enforcement.HARD_MANDATORY:
        return "it is hard-mandatory here, which nobody can override"
    return "it only advises here, so there is nothing to override"


def _birth_status(level: Level, evaluation: Evaluation, submission: Submission) -> Status:
    soft_refuses = level == Level.GUIDED and bool(evaluation.soft) and submission.override is None
    if (level > Level.FULL and evaluation.hard) or soft_refuses:
        return Status.POLICY_FAILED
    needs_plan = submission.dry_run or level == Level.RESTRICTED or submission.override is not None
    return Status.SUBMITTED if needs_plan else Status.QUEUED


def _override_json(override: Override | None) -> dict[str, object] | None:
    if override is None:
        return None
    return {"policies": list(override.policies), "reason": override.reason, "until": override.until.isoformat()}
