"""What every policy that matched a manifest says of it, passes included, in the words of PolicyReport."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from guidance.documents.jsontype import JsonValue
from guidance.documents.jsonvalue import NotJson
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import NOBODY, WELL_FORMED, Evaluation, Finding, evaluate_admitted, unreadable
from guidance.judging.subject import Malformed, Object, Subject, admit
from guidance.judging.together import plans
from guidance.judging.violations import matches
from guidance.policies.binding import NOTHING_MORE, Context
from guidance.policies.policy import Enforcement, Severity


class Outcome(StrEnum):
    """`warn` is a violation that only advises; `error`: the policy could not judge; `skip`: violated, and exempted."""

    PASS = "pass"  # noqa: S105 not a password
    FAIL = "fail"
    WARN = "warn"
    ERROR = "error"
    SKIP = "skip"


@dataclass(frozen=True)
class Result:
    """One policy on one manifest. `enforcement` is the level in force; `because` the reason of the exemption, where there is one."""

    policy: str
    version: str
    severity: Severity
    enforcement: Enforcement
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    because: str | None = None

    def as_json(self) -> dict[str, JsonValue]:
        """`because` is there only for what is skipped."""
        members: dict[str, JsonValue] = {
            "policy": self.policy,
            "version": self.version,
            "severity": self.severity.value,
            "enforcement": self.enforcement.value,
            "result": self.outcome.value,
            "findings": [finding.as_json() for finding in self.findings],
        }
        return members if self.because is None else members | {"because": self.because}


@dataclass(frozen=True)
class Results:
    """Those of one manifest, in the order of the policies. `mended` is the manifest with the fixes of all that is not exempted."""

    results: tuple[Result, ...] = ()
    mended: Object | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)

    def with_outcome(self, *outcomes: Outcome) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.outcome in outcomes)


def judge(
    policies: Sequence[CompiledPolicy],
    manifest: Mapping[str, object],
    *,
    namespace: str = "",
    old: Mapping[str, object] | None = None,
    enforcement: Mapping[str, Enforcement] | None = None,
    context: Context = NOTHING_MORE,
    exempted: Mapping[str, str] = NOBODY,
    mend_from: Enforcement | None = Enforcement.ADVISORY,
    singly: bool = True,
) -> Results:
    """As `evaluate`, with a result for every policy that matched. `exempted` are reasons by policy name: judged all the same, and skipped.

    Fixes are looked for at the level `mend_from` and above; not `singly`: it is enough that `mended` has them, the findings may be without.

    A manifest that Kubernetes could not read has one result: `well-formed`, which nothing exempts from.
    """
    levels = enforcement or {}
    try:
        subject = admit(manifest, namespace=namespace, old=old, context=context)
    except (NotJson, Malformed) as error:
        return Results((_violated(unreadable(manifest, error).findings),))
    found = evaluate_admitted(policies, manifest, subject, enforcement=levels, exempted=exempted, mend_from=mend_from, singly=singly)
    return Results(tuple(_results(policies, subject, found, levels)), found.mended, found.annotations)


def _results(
    policies: Sequence[CompiledPolicy],
    subject: Subject,
    found: Evaluation,
    levels: Mapping[str, Enforcement],
) -> list[Result]:
    findings: dict[str, list[Finding]] = {}
    for finding in found.findings:
        findings.setdefault(finding.policy, []).append(finding)
    about = plans(tuple(policies))(subject.own.resource, subject.own.known_operation).about
    return [
        _violated(findings[policy.name]) if policy.name in findings else _passed(policy, levels.get(policy.name, policy.enforcement))
        for policy in about
        if policy.name in findings or matches(policy, subject)
    ]


@lru_cache(maxsize=1024)
def _passed(policy: CompiledPolicy, level: Enforcement) -> Result:
    """Of the same policy always the same: most results are passes."""
    guidance = policy.policy.guidance
    return Result(policy.name, guidance.version, guidance.severity, level, Outcome.PASS)


def _violated(findings: Sequence[Finding]) -> Result:
    first, level = findings[0], max((finding.enforcement for finding in findings), key=lambda level: level.rank)
    judged = [finding for finding in findings if finding.fault is None]
    if first.exempted is not None:
        outcome = Outcome.SKIP
    elif judged and first.policy != WELL_FORMED:
        outcome = Outcome.WARN if level is Enforcement.ADVISORY else Outcome.FAIL
    else:
        outcome = Outcome.ERROR
    return Result(first.policy, first.version, first.severity, level, outcome, tuple(findings), first.exempted)
