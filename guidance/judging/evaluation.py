"""Judging a manifest: findings that say what is wrong, where, and how to mend it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

from guidance.documents.jsontype import JsonValue
from guidance.documents.jsonvalue import NotJson, checked
from guidance.documents.patch import Operation
from guidance.documents.pointer import Token, find, parse, pointer
from guidance.documents.source import Problem
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.mending import Judge, mend
from guidance.judging.reach import affected, reach
from guidance.judging.subject import Malformed, Object, Subject, admit
from guidance.judging.together import plans
from guidance.judging.violations import Key, Violation, annotations, violations
from guidance.manifests.shape import Misfit
from guidance.policies.binding import NOTHING_MORE, Context
from guidance.policies.policy import Enforcement, Severity

WELL_FORMED = "well-formed"
"""The name under which a manifest is refused that Kubernetes could not read. It belongs to no pack and cannot be overridden."""
WELL_FORMED_VERSION = "1.0.0"


@dataclass(frozen=True)
class Finding:
    """One thing to mend. `path` is a JSON pointer into the manifest as sent; `fix` a JSON patch against it, proven, or None.

    `fault` is set where the policy could not judge: what went wrong, and where in the policy's own file. `exempted` says who lets it
    pass until when, and why: such a finding is told, and refuses nothing.
    """

    policy: str
    version: str
    severity: Severity
    enforcement: Enforcement
    message: str
    path: str
    container: str | None
    current: JsonValue
    expected: JsonValue
    fix: list[Operation] | None
    fault: Problem | None = None
    exempted: str | None = None

    def as_json(self) -> dict[str, JsonValue]:
        """The members in the order of the fields; the fault is told by the message, `exempted` is there only where it says something."""
        members = {**asdict(self), "severity": self.severity.value, "enforcement": self.enforcement.value}
        del members["fault"]
        if self.exempted is None:
            del members["exempted"]
        return members


@dataclass(frozen=True)
class Evaluation:
    """What all policies say. `mended` is the manifest with all fixes, judged again; None where there is no fix.

    `annotations` are what policies note for the audit log: `POLICY/KEY`, as Kubernetes names them, and the text. `of_the_moment`: the
    cluster was asked about the namespace or the object as it is, so the same policies may say something else at any time.
    """

    findings: tuple[Finding, ...] = ()
    mended: Object | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    of_the_moment: bool = False

    @property
    def hard(self) -> tuple[Finding, ...]:
        return self._with(Enforcement.HARD_MANDATORY)

    @property
    def soft(self) -> tuple[Finding, ...]:
        return self._with(Enforcement.SOFT_MANDATORY)

    @property
    def advice(self) -> tuple[Finding, ...]:
        return self._with(Enforcement.ADVISORY)

    def refused_by(self, at_least: Enforcement = Enforcement.SOFT_MANDATORY, *, overridden: Collection[str] = ()) -> tuple[Finding, ...]:
        """The findings that refuse the manifest: at this level or above it, without soft ones of the policies that are overridden."""
        return tuple(
            finding
            for finding in self.findings
            if finding.enforcement.rank >= at_least.rank
            and finding.exempted is None
            and (finding.enforcement == Enforcement.HARD_MANDATORY or finding.policy not in overridden)
        )

    def _with(self, level: Enforcement) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.enforcement == level and finding.exempted is None)


NOTHING_FOUND = Evaluation()
MANY = 12
"""Policies that are asked sooner by the combined expression of all of them than one by one."""
NOBODY: Mapping[str, str] = MappingProxyType({})
"""No exemption."""


def evaluate(
    policies: Sequence[CompiledPolicy],
    manifest: Mapping[str, object],
    *,
    namespace: str = "",
    old: Mapping[str, object] | None = None,
    enforcement: Mapping[str, Enforcement] | None = None,
    context: Context = NOTHING_MORE,
    exempted: Mapping[str, str] = NOBODY,
) -> Evaluation:
    """Judge one object by all policies, in their order. Neither the manifest nor `old` is changed, whatever they hold it does not raise.

    `namespace` is where it will go (default: what it says); `old` the object that it replaces; `enforcement` the levels in
    force by policy name, where they differ from the policies' own; `context` brings parameters, bindings and the namespace's object.
    `exempted` are the words of exemptions by policy name: judged all the same, refusing nothing, and not mended.
    """
    try:
        subject = admit(manifest, namespace=namespace, old=old, context=context)
    except (NotJson, Malformed) as error:
        return unreadable(manifest, error)
    return evaluate_admitted(policies, manifest, subject, enforcement=enforcement or {}, exempted=exempted)


def unreadable(manifest: Mapping[str, object], error: NotJson | Malformed) -> Evaluation:
    """What is told of a manifest that was not admitted: no policy was asked."""
    if isinstance(error, NotJson):
        return Evaluation((_unreadable(Misfit(error.tokens, f"{error}.", "a JSON value"), None),))
    sent = checked(manifest)
    return Evaluation(tuple(_unreadable(misfit, sent) for misfit in error.misfits))


def evaluate_admitted(
    policies: Sequence[CompiledPolicy],
    manifest: Mapping[str, object],
    subject: Subject,
    *,
    enforcement: Mapping[str, Enforcement],
    exempted: Mapping[str, str] = NOBODY,
    mend_from: Enforcement | None = Enforcement.ADVISORY,
    singly: bool = True,
) -> Evaluation:
    """`subject` is the manifest as it was admitted. What is `exempted` stays as it is in the mended manifest.

    Fixes are looked for at the level `mend_from` and above: each is judged by all policies, which takes longer than all else. They need not
    be in the findings where they are not wanted `singly`.
    """
    found = _judge(policies, subject)
    noted = {
        f"{policy.name}/{key}": text for policy in policies if policy.annotations for key, text in annotations(policy, subject).items()
    }
    if not found:
        return Evaluation(annotations=noted) if noted else NOTHING_FOUND

    mendable = [] if mend_from is None or subject.own.deletes else [one for one in found if _level(one, enforcement).rank >= mend_from.rank]
    sent = checked(manifest)
    mended = mend(sent, found, _judge_again(policies, subject, found), mendable=mendable, unmended=exempted, singly=singly)
    findings = tuple(
        _finding(violation, subject, sent, enforcement, mended.fixes.get(violation.key), exempted.get(violation.policy.name))
        for violation in _told_once(found, subject)
    )
    return Evaluation(findings, deepcopy(mended.document) if isinstance(mended.document, dict) else None, noted)


def _told_once(found: Sequence[Violation], subject: Subject) -> Iterator[Violation]:
    """A policy that looks into the template of a workload itself, and is asked about its pod too, says the same twice."""
    at = tuple(map(str, subject.own.resource.pod_at or ()))
    of_pods = {violation.policy for violation in found if violation.view.prefix}
    both = {one.policy for one in found if one.policy in of_pods and not one.view.prefix and _looks_into(one.policy, at)}
    said = {violation.words for violation in found if violation.policy in both and not violation.view.prefix}
    return (one for one in found if not (one.view.prefix and one.policy in both and one.words in said))


def _looks_into(policy: CompiledPolicy, at: tuple[str, ...]) -> bool:
    """What cannot be read may look anywhere."""
    return bool(policy.broken) or reach(policy).touches(at)


def _judge_again(policies: Sequence[CompiledPolicy], subject: Subject, found: Sequence[Violation]) -> Judge:
    """Who cannot see what a patch changes is not asked again."""
    own, every = subject.own, tuple(policies)
    old = own.old if own.operation == "UPDATE" else None

    def judge(candidate: JsonValue, patch: Sequence[Operation]) -> frozenset[Key]:
        again = admit(candidate, namespace=own.namespace, old=old, context=own.context)
        changes = [parse(str(operation["path"])) for operation in patch]
        asked = dict.fromkeys(policy for change in changes for policy in affected(every, own.resource, own.known_operation, change))
        if len(asked) > MANY:
            return frozenset(violation.key for violation in _judge(policies, again))
        names = {policy.name for policy in asked}
        kept = frozenset(violation.key for violation in found if violation.policy.name not in names)
        return kept | {violation.key for policy in asked for violation in violations(policy, again)}

    return judge


def _judge(policies: Sequence[CompiledPolicy], subject: Subject) -> list[Violation]:
    plan = plans(tuple(policies))(subject.own.resource, subject.own.known_operation)
    return [
        violation
        for policy in plan.suspects(subject)
        for violation in violations(policy, subject, asks_gate=id(policy) not in plan.asked_together)
    ]


def _finding(
    violation: Violation,
    subject: Subject,
    sent: JsonValue,
    levels: Mapping[str, Enforcement],
    fix: list[Operation] | None,
    exempted: str | None,
) -> Finding:
    policy, tokens = violation.policy, violation.tokens
    points = violation.check is not None and violation.error is None and bool(violation.at or violation.check.tokens)
    return Finding(
        policy=policy.name,
        version=policy.policy.guidance.version,
        severity=policy.policy.guidance.severity,
        enforcement=_level(violation, levels),
        message=violation.message() if violation.error is None else _broken(violation),
        path=pointer(tokens),
        container=subject.container_at(tokens),
        current=_copy(find(sent, tokens)) if points else None,
        expected=_copy(violation.expected()),
        fix=None if fix is None else deepcopy(fix),
        fault=None if violation.error is None else _fault(violation, violation.error),
        exempted=exempted,
    )


def _copy(value: JsonValue) -> JsonValue:
    return deepcopy(value) if isinstance(value, dict | list) else value


def _fault(violation: Violation, reason: str) -> Problem:
    if violation.policy.broken:
        return violation.policy.broken[0]
    return violation.policy.policy.source.problem(violation.fault_at, reason)


def _level(violation: Violation, levels: Mapping[str, Enforcement]) -> Enforcement:
    """A policy that breaks and says `failurePolicy: Ignore` refuses nothing, but is still told; so does a binding that only warns."""
    if violation.error is not None and violation.policy.policy.spec.failure_policy == "Ignore":
        return Enforcement.ADVISORY
    if (binding := violation.case.binding) and not binding.denies:
        return Enforcement.ADVISORY
    return levels.get(violation.policy.name, violation.policy.enforcement)


def _broken(violation: Violation) -> str:
    policy = violation.policy.policy
    failure_policy = policy.spec.failure_policy
    outcome = f"it {'is ignored' if failure_policy == 'Ignore' else 'counts as violated'} {{}} (failurePolicy: {failure_policy})"
    if violation.unknown:
        context = violation.view.context
        as_long_as = "as long as it is so" if context.no_namespace or context.no_former else "as long as nobody says it"
        blame = f"Nobody is to blame for that; {outcome.format(as_long_as)}."
    else:
        owners = f"its owners, the group {policy.guidance.owner}" if policy.guidance.owner else "its owners"
        blame = f"That is a fault of the policy, not of the manifest: tell {owners}; {outcome.format('until they mend it')}."
    return f"The policy {policy.name} could not judge this manifest: {violation.error}. {blame}"


def _unreadable(misfit: Misfit, sent: JsonValue) -> Finding:
    tokens: tuple[Token, ...] = misfit.tokens
    return Finding(
        policy=WELL_FORMED,
        version=WELL_FORMED_VERSION,
        severity=Severity.HIGH,
        enforcement=Enforcement.HARD_MANDATORY,
        message=misfit.message,
        path=pointer(tokens),
        container=None,
        current=deepcopy(find(sent, tokens)),
        expected=misfit.expected,
        fix=None,
    )
