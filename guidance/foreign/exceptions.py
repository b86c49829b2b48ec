"""Kyverno's PolicyException: what lets an object pass some of its policies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from guidance.documents.jsonvalue import NotJson
from guidance.documents.schema import Strict, validated
from guidance.documents.source import PolicyError, Problem, Source
from guidance.expressions import cel
from guidance.expressions.cel import BOOL, DYN, EvaluationError, ExpressionError, Program
from guidance.foreign.bodies import Anything
from guidance.foreign.kyverno import VERSIONS
from guidance.foreign.parts import Part
from guidance.judging.subject import VARIABLES, Malformed, View, admit
from guidance.policies.binding import NOTHING_MORE, Context
from guidance.policies.policy import MatchCondition, Policy

KIND = "PolicyException"


class PolicyRef(Strict):
    name: str
    kind: str


class ExceptionBody(Strict):
    policy_refs: tuple[PolicyRef, ...]
    match_conditions: tuple[MatchCondition, ...] = ()
    images: tuple[str, ...] = ()
    allowed_values: tuple[str, ...] = ()
    report_result: Literal["skip", "pass"] = "skip"
    expires_at: str = ""


class Written(Anything):
    api_version: VERSIONS
    spec: ExceptionBody


@dataclass(frozen=True)
class PolicyException:
    """Lets an object pass `policies` (their names) while all conditions hold for it, `until` a moment where one is said."""

    name: str
    policies: frozenset[str]
    conditions: tuple[MatchCondition, ...]
    programs: tuple[Program, ...]
    until: datetime | None
    source: Source = field(repr=False)

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and now > self.until

    def holds_for(self, view: View) -> bool:
        """Of an object as it is sent: conditions are not carried over to pod templates. What cannot be judged lets nothing pass."""
        try:
            return all(program.holds(view.bindings) for program in self.programs)
        except EvaluationError:
            return False


def exception(part: Part, policies: Iterable[Policy]) -> PolicyException:
    """`policies` are those that it may mean. Raises PolicyError."""
    body = validated(Written, part).spec
    for name, said in (("images", body.images), ("allowedValues", body.allowed_values)):
        if said:
            told = f"a PolicyException with {name} cannot be judged here: say in matchConditions which objects may pass"
            raise PolicyError(part.problem(("spec", name), told))
    meant = {(ref.kind, ref.name) for ref in body.policy_refs}
    names = frozenset(one.name for one in policies if isinstance(one.source, Part) and (one.source.kind, one.source.name) in meant)
    programs = tuple(_programs(part, body.match_conditions))
    return PolicyException(part.name, names, body.match_conditions, programs, _moment(part, body), part)


def exempted(
    exceptions: Sequence[PolicyException],
    manifest: Mapping[str, object],
    *,
    namespace: str = "",
    old: Mapping[str, object] | None = None,
    context: Context = NOTHING_MORE,
    now: datetime | None = None,
) -> dict[str, str]:
    """The policies that an object may pass, with the reason; the arguments are those of `results.judge`, which takes the answer."""
    now = now or datetime.now(UTC)
    current = [one for one in exceptions if not one.is_over(now)]
    if not current:
        return {}
    try:
        view = admit(manifest, namespace=namespace, old=old, context=context).own
    except (NotJson, Malformed):
        return {}
    return {
        name: f"The PolicyException {one.name} lets it pass." for one in current if one.holds_for(view) for name in sorted(one.policies)
    }


def _programs(part: Part, conditions: Sequence[MatchCondition]) -> list[Program]:
    """Raises PolicyError."""
    programs: list[Program] = []
    problems: list[Problem] = []
    for index, condition in enumerate(conditions):
        at = ("spec", "matchConditions", index, "expression")
        try:
            programs.append(program := cel.compile(condition.expression, VARIABLES))
        except ExpressionError as error:
            place = part.inside(at, error.line, error.column)
            problems.append(Problem(part.file, *place, f"the expression does not compile: {error.message}"))
            continue
        if program.returns not in {BOOL, DYN}:
            problems.append(part.problem(at, f"the expression gives {program.returns}, but it must give {BOOL}"))
    if problems:
        raise PolicyError(*problems)
    return programs


def _moment(part: Part, body: ExceptionBody) -> datetime | None:
    """Raises PolicyError."""
    try:
        moment = datetime.fromisoformat(body.expires_at) if body.expires_at else None
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 refused below
    if moment is not None and moment.tzinfo is None:
        told = f"expiresAt: {body.expires_at!r} is no moment: write it as 2027-01-31T00:00:00Z"
        raise PolicyError(part.problem(("spec", "expiresAt"), told))
    return moment
