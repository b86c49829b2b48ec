"""Policies written for a cluster to enforce itself: ValidatingAdmissionPolicies, with their bindings and parameters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import find
from guidance.documents.source import Problem
from guidance.foreign.bundle import Bundle
from guidance.foreign.described import as_annotations
from guidance.judging.subject import NAMESPACE_NAME
from guidance.policies import vap
from guidance.policies.policy import Enforcement, MatchCondition, Policy
from guidance.policies.vap import Action

Object = dict[str, JsonValue]
ACTIONS: dict[Enforcement, Action] = {
    Enforcement.ADVISORY: "Warn",
    Enforcement.SOFT_MANDATORY: "Deny",
    Enforcement.HARD_MANDATORY: "Deny",
}
LONGEST_NAME = 63


@dataclass(frozen=True)
class Where:
    """Where a policy is to hold: in these namespaces, or those with these labels, for objects with these labels. Nothing: everywhere."""

    namespaces: tuple[str, ...] = ()
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    object_labels: Mapping[str, str] = field(default_factory=dict)

    def as_match_resources(self) -> Object:
        selectors: dict[str, Object] = {}
        if self.namespaces or self.namespace_labels:
            selectors["namespaceSelector"] = _selector(self.namespace_labels)
        if self.namespaces:
            named: Object = {"key": NAMESPACE_NAME, "operator": "In", "values": list(self.namespaces)}
            selectors["namespaceSelector"]["matchExpressions"] = [named]
        if self.object_labels:
            selectors["objectSelector"] = _selector(self.object_labels)
        return {**selectors}


EVERYWHERE = Where()


def objects(bundle: Bundle, *, action: Action | None = None, where: Where = EVERYWHERE, params: Sequence[Object] = ()) -> Iterator[Object]:
    """What to apply, in order. `params` are more objects that policies take their parameters from.

    A policy that has bindings keeps them; others get one (or one for each namespace in which their parameters lie), which does what the
    policy's level says, or `action`.
    """
    for policy in bundle.policies:
        level = bundle.levels.get(policy.name, policy.guidance.enforcement)
        yield _policy(policy, level, bundle)
        if policy.beside.bindings:
            yield from (binding.as_object() for binding in policy.beside.bindings)
        else:
            yield from _bindings(policy, action or ACTIONS[level], where, params)
    own = bundle.params
    yield from (*own, *(param for param in params if param not in own))


def notes(bundle: Bundle) -> Iterator[Problem]:
    """What a cluster would do otherwise."""
    for policy in bundle.policies:
        if policy.spec.as_written:
            told = f"{policy.name} is about what its author wrote (asWritten); a cluster shows it what the API server has made of that"
            yield policy.source.problem(("spec", "asWritten"), told)
    now = datetime.now(UTC)
    for exception in bundle.exceptions:
        if exception.until is not None and not exception.is_over(now):
            ends = f"the PolicyException {exception.name} ends at {exception.until.isoformat()}"
            told = f"{ends}, which a cluster does not know: export the policy again then"
            yield exception.source.problem(("spec", "expiresAt"), told)


def _policy(policy: Policy, level: Enforcement, bundle: Bundle) -> Object:
    spec = replace(policy.spec, match_conditions=(*policy.spec.match_conditions, *_excepted(policy, bundle)))
    written = vap.manifest(spec, policy.name)
    return {**written, "metadata": {"name": policy.name, "annotations": {**as_annotations(policy, level)}}}


def _excepted(policy: Policy, bundle: Bundle) -> Iterator[MatchCondition]:
    """A cluster knows no exceptions: what may pass is not asked about."""
    now = datetime.now(UTC)
    for exception in bundle.exceptions:
        if policy.name in exception.policies and not exception.is_over(now):
            text = " && ".join(f"({condition.expression}\n)" for condition in exception.conditions) or "true"
            yield MatchCondition(name=f"not-{exception.name}"[:LONGEST_NAME], expression=f"!({text})")


def _bindings(policy: Policy, action: Action, where: Where, params: Sequence[Object]) -> Iterator[Object]:
    """With each parameter, wherever it lies, as it is here."""
    kind = policy.spec.param_kind
    mine = [] if kind is None else [param for param in (*policy.beside.params, *params) if kind.is_of(param)]
    namespaces = list(dict.fromkeys(str(find(param, ("metadata", "namespace")) or "") for param in mine)) or [""]
    for namespace in namespaces:
        name = policy.name if len(namespaces) == 1 else ".".join(filter(None, (policy.name, namespace)))
        yield vap.binding(policy.spec, policy.name, action, where.as_match_resources(), name=name, params_in=namespace)


def _selector(labels: Mapping[str, str]) -> Object:
    return {"matchLabels": {**labels}} if labels else {}
