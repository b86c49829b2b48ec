"""Judging one subject by one policy: which validations fail, and where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from guidance.documents.jsontype import JsonValue
from guidance.documents.jsonvalue import NotJson, checked
from guidance.documents.patch import Step
from guidance.documents.pointer import NotAList, Token, expand, pointer
from guidance.expressions.cel import Bindings, EvaluationError, Program
from guidance.judging.compiled import Check, CompiledPolicy
from guidance.judging.subject import PARAMS, Subject, UnknownNamespace, View
from guidance.judging.unknown import USER, unknown
from guidance.policies.binding import Binding, NeverParams, NoParams, params_of

Key = tuple[str, int, str, bool, int]
"""What makes two violations the same: policy, validation, place, whether the policy broke, and with which parameters it was asked."""
NO_CHECK = -1
MOST_ELEMENTS = 1000
"""Elements that one validation judges; an expression over more of them has no bounded time."""
LONGEST_MESSAGE = 5 * 1024
"""Bytes; Kubernetes drops longer ones."""


class _ErrorAt(EvaluationError):
    """An expression of the policy failed: `place` is where the policy has it."""

    def __init__(self, place: tuple[Token, ...], message: str) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True)
class Case:
    """A policy is asked once for each of its bindings and each of their parameters; `number` tells these cases apart.

    `error`: whether the binding holds, or with which parameters, cannot be told (`unknown`: for want of what nobody said). As in Kubernetes
    its actions do not count then.
    """

    number: int
    binding: Binding | None
    params: JsonValue = None
    error: str | None = None
    unknown: bool = False


EVERYWHERE = Case(0, None)


@dataclass(frozen=True)
class Violation:
    """A validation that failed at one place, or (`error`) that could not be judged."""

    policy: CompiledPolicy
    check: Check | None
    view: View
    at: tuple[Token, ...]
    bindings: Bindings
    element: Mapping[str, JsonValue] = field(default_factory=dict)
    error: str | None = None
    unknown: bool = False
    """Whether it could not be judged for something that is not known here."""
    case: Case = field(default=EVERYWHERE)
    failed_at: tuple[Token, ...] = ("spec",)
    """Where the policy has what could not be judged, where that is none of its checks."""

    @property
    def fault_at(self) -> tuple[Token, ...]:
        """Where the policy has what could not be judged."""
        return ("spec", "validations", self.check.index, "expression") if self.check else self.failed_at

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The place in the manifest."""
        path = self.check.tokens if self.check and self.error is None else ()
        return (*self.view.prefix, *self.at, *path)

    @property
    def key(self) -> Key:
        return (
            self.policy.name,
            self.check.index if self.check else NO_CHECK,
            pointer(self.tokens),
            self.error is not None,
            self.case.number,
        )

    @property
    def words(self) -> tuple[str, int, int, str]:
        """What is said, wherever: policy, validation, case, text."""
        check = self.check.index if self.check else NO_CHECK
        return (self.policy.name, check, self.case.number, self.message() if self.error is None else self.error)

    def message(self) -> str:
        """`messageExpression`, else `message`, else the expression itself: as Kubernetes does it."""
        assert self.check is not None  # noqa: S101 a broken policy has its own words
        text = self._value(self.check.message)
        if isinstance(text, str) and len(text.encode()) <= LONGEST_MESSAGE and (line := text.strip()) and "\n" not in line:
            return line
        return self.check.validation.message.strip() or f"failed expression: {self.check.validation.expression.strip()}"

    def expected(self) -> JsonValue:
        """Null where nothing can be said."""
        if self.check is None or self.error is not None:
            return None
        return self._value(self.check.expected) if self.check.expected else self.check.validation.expected

    def steps(self) -> list[Step] | None:
        """How to mend it; None where no safe value is known."""
        if self.check is None or self.error is not None or not self.check.fix:
            return None
        steps = []
        for compiled in self.check.fix:
            value = self._value(compiled.value) if compiled.value else compiled.step.value
            if compiled.step.set and value is None:
                return None
            steps.append(Step((*self.view.prefix, *self.at, *compiled.tokens), value))
        return steps

    @cached_property
    def _here(self) -> Bindings:
        """With the element; what was converted for one expression serves the others."""
        return self.bindings.plus(self.element)

    def _value(self, program: Program | None) -> JsonValue:
        """None when the expression fails: a finding is worth more than its decoration."""
        if program is None:
            return None
        try:
            return checked(program.evaluate(self._here))
        except (EvaluationError, NotJson):
            return None


def violations(policy: CompiledPolicy, subject: Subject, *, asks_gate: bool = True) -> Iterator[Violation]:
    """Everything that this policy finds. Nothing is found where it does not match. Never raises.

    `asks_gate`: false where it is known not to let the subject through.
    """
    for view in subject.views_for(policy.aim, as_written=policy.as_written):
        yield from _of_view(policy, view, asks_gate=asks_gate)


def _of_view(policy: CompiledPolicy, view: View, *, asks_gate: bool) -> Iterator[Violation]:
    for case in _cases(policy, view):
        if case.error is not None:
            yield Violation(policy, None, view, (), view.bindings, error=case.error, unknown=case.unknown, case=case)
            continue
        bindings = _bindings(policy, view, case)
        if asks_gate and _passes_gate(policy, bindings):
            continue
        for violation in _in_case(policy, view, bindings):
            yield _explained(replace(violation, case=case) if case is not EVERYWHERE else violation)


def _explained(violation: Violation) -> Violation:
    missing = violation.error and unknown(violation.error, violation.policy, violation.view)
    return replace(violation, error=missing, unknown=True) if missing else violation


def _bindings(policy: CompiledPolicy, view: View, case: Case) -> Bindings:
    return view.bindings.plus({PARAMS: case.params}) if policy.policy.spec.param_kind else view.bindings


def matches(policy: CompiledPolicy, subject: Subject) -> bool:
    """Whether this policy, which found nothing, was about the subject at all: its selectors, bindings and conditions let it in."""
    return any(_is_about(policy, view) for view in subject.views_for(policy.aim, as_written=policy.as_written))


def _is_about(policy: CompiledPolicy, view: View) -> bool:
    if policy.goes_together and not policy.conditions:
        return True
    try:
        return any(_conditions_hold(policy, _bindings(policy, view, case)) for case in _cases(policy, view) if case.error is None)
    except EvaluationError:
        return False  # `violations` tells


def annotations(policy: CompiledPolicy, subject: Subject) -> dict[str, str]:
    """What the policy notes about the object: `key: text`; the notes of several bindings in one text. Never raises."""
    noted: dict[str, dict[str, None]] = {}
    for view in subject.views_for(policy.aim, as_written=policy.as_written) if policy.annotations else ():
        for key, text in _notes_of_view(policy, view):
            noted.setdefault(key, {})[text] = None
    return {key: ", ".join(texts) for key, texts in noted.items()}


def _notes_of_view(policy: CompiledPolicy, view: View) -> list[tuple[str, str]]:
    """None at all where one of them fails: `violations` tells."""
    try:
        scopes = [view.bindings.plus({PARAMS: case.params}) for case in _cases(policy, view) if case.error is None]
        return [note for bindings in scopes if _conditions_hold(policy, bindings) for note in _notes(policy, _scope(policy, bindings))]
    except EvaluationError:
        return []


def _cases(policy: CompiledPolicy, view: View) -> Iterator[Case]:
    bindings = policy.policy.beside.bindings
    try:
        if not (policy.aim.selects_all or view.is_selected_by(policy.aim.constraints)):
            return
        if policy.minds_former and view.context.no_former:
            if not bindings or any(_holds_for(binding, view) for binding in bindings):
                yield Case(0, None, error=f"it judges by what the object is now, but {view.context.no_former}", unknown=True)
            return
    except UnknownNamespace as error:
        yield Case(0, None, error=str(error), unknown=True)
        return
    if policy.policy.spec.param_kind is None and not bindings:
        yield EVERYWHERE
        return
    found = (case for binding in bindings or (None,) for case in _cases_of(policy, binding, view))
    yield from (replace(case, number=number) for number, case in enumerate(found))


def _cases_of(policy: CompiledPolicy, binding: Binding | None, view: View) -> Iterator[Case]:
    try:
        if binding is None or _holds_for(binding, view):
            given = [*policy.policy.beside.params, *view.context.params]
            for params in params_of(policy.policy.spec.param_kind, binding, given, view.namespace):
                yield Case(0, binding, params)
    except UnknownNamespace as error:
        yield Case(0, None, error=str(error), unknown=True)
    except NeverParams as error:
        yield Case(0, None, error=str(error))
    except NoParams as error:
        own = bool(policy.policy.beside.params)
        yield Case(0, None, error=str(error) if own else f"{error} (autonomy check takes them by --params)", unknown=not own)


def _holds_for(binding: Binding, view: View) -> bool:
    """Raises UnknownNamespace."""
    resources = binding.spec.match_resources
    return resources.match(view.resource, view.known_operation, view.name) and view.is_selected_by(resources)


def _in_case(policy: CompiledPolicy, view: View, bindings: Bindings) -> Iterator[Violation]:
    if policy.broken:
        yield Violation(policy, None, view, (), bindings, error=f"this version of the product does not read it ({policy.broken[0]})")
        return
    asks_in_vain = policy.probes_user and "userInfo" not in view.context.request
    try:
        if not (asks_in_vain and policy.chosen_by_user) and not _conditions_hold(policy, bindings):
            return
    except _ErrorAt as error:
        yield Violation(policy, None, view, (), bindings, error=str(error), failed_at=error.place)
        return
    if asks_in_vain:
        yield Violation(policy, None, view, (), bindings, error=USER, unknown=True)
        return
    scope = _scope(policy, bindings)
    for check in policy.checks:
        yield from _failures(policy, check, view, scope)
    try:
        for _ in _notes(policy, scope):
            pass
    except _ErrorAt as error:
        yield Violation(policy, None, view, (), bindings, error=str(error), failed_at=error.place)


def _notes(policy: CompiledPolicy, scope: "_Scope") -> Iterator[tuple[str, str]]:
    """Raises _ErrorAt."""
    for index, (key, program) in enumerate(policy.annotations.items()):
        place = ("spec", "auditAnnotations", index, "valueExpression")
        try:
            text = program.evaluate(scope.bindings)
        except EvaluationError as error:
            raise _ErrorAt(place, f"audit annotation {key}: {scope.explain(error)}") from error
        if text is not None and not isinstance(text, str):
            raise _ErrorAt(place, f"audit annotation {key}: the expression gave {type(text).__name__} instead of text or null")
        if text is not None and text.strip():
            yield key, text.strip()


def _conditions_hold(policy: CompiledPolicy, bindings: Bindings) -> bool:
    """One condition that is false decides, even where another one fails. Raises _ErrorAt."""
    failed: _ErrorAt | None = None
    for index, condition in enumerate(policy.conditions):
        try:
            if not condition.holds(bindings):
                return False
        except EvaluationError as error:
            failed = failed or _ErrorAt(("spec", "matchConditions", index, "expression"), str(error))
    if failed:
        raise failed
    return True


def _passes_gate(policy: CompiledPolicy, bindings: Bindings) -> bool:
    """True: surely nothing fails. False says nothing: each check must be asked."""
    try:
        return policy.gate is not None and not policy.annotations and policy.gate.evaluate(bindings) is True
    except EvaluationError:
        return False


@dataclass(frozen=True)
class _Scope:
    """What checks see. A variable that failed is missing, so that only an expression that truly reads it fails."""

    bindings: Bindings
    failed: Mapping[str, str]

    def explain(self, error: EvaluationError | NotJson) -> str:
        """The error itself, or that of the variable that it is about; a variable may have failed because of another one."""
        return next(
            (f"variable {name}: {reason}" for name, reason in self.failed.items() if f'"variables.{name}"' in str(error)), str(error)
        )


def _scope(policy: CompiledPolicy, bindings: Bindings) -> _Scope:
    scope = _Scope(bindings, {})
    for name, program in policy.variables.items():
        try:
            scope = replace(scope, bindings=scope.bindings.plus({f"variables.{name}": program.for_variable(scope.bindings)}))
        except (EvaluationError, NotJson) as error:
            scope = replace(scope, failed={**scope.failed, name: scope.explain(error)})
    return scope


def _failures(policy: CompiledPolicy, check: Check, view: View, scope: _Scope) -> Iterator[Violation]:
    try:
        elements = [found for pattern in check.patterns for found in expand(view.left, pattern)] if check.patterns else [((), None)]
    except NotAList as error:
        yield Violation(policy, check, view, error.tokens, scope.bindings, error=str(error))
        return
    if len(elements) > MOST_ELEMENTS:
        told = f"there are {len(elements)} elements, and at most {MOST_ELEMENTS} can be judged"
        yield Violation(policy, check, view, (), scope.bindings, error=told)
        return
    verdicts = _verdicts(check, scope, len(elements))
    for index, (at, value) in enumerate(elements):
        element = {check.validation.each.name: value} if check.validation.each else {}
        if verdicts is not None and verdicts[index] is True:
            continue
        error_text = None
        if verdicts is None or verdicts[index] is not False:
            try:
                if check.program.holds(scope.bindings.plus(element)):
                    continue
            except EvaluationError as error:
                error_text = scope.explain(error)
        yield Violation(policy, check, view, at, scope.bindings, element, error_text)


def _verdicts(check: Check, scope: _Scope, count: int) -> list[object] | None:
    """The verdicts on all elements at once; None where one of them fails, or there is no such short cut."""
    if not check.verdicts:
        return None
    try:
        flat = [item for program in check.verdicts for item in _flat(program.evaluate(scope.bindings))]
    except EvaluationError:
        return None
    return flat if len(flat) == count else None


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    else:
        yield value
