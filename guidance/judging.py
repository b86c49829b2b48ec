"""Judging one subject by one policy: which validations fail, and where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from guidance.cel import Bindings, EvaluationError, Program
from guidance.compiled import Check, CompiledPolicy
from guidance.jsonvalue import NotJson, checked
from guidance.patch import Step
from guidance.pointer import NotAList, Token, expand, pointer
from guidance.subject import Subject, View

Key = tuple[str, int, str, bool]
"""What makes two violations the same: policy, validation, place, and whether the policy broke."""
CONDITIONS = -1
MOST_ELEMENTS = 1000
"""Elements that one validation judges; an expression over more of them has no bounded time."""
LONGEST_MESSAGE = 5 * 1024
"""Characters; Kubernetes drops longer ones."""


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

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The place in the manifest."""
        path = self.check.tokens if self.check and self.error is None else ()
        return (*self.view.prefix, *self.at, *path)

    @property
    def key(self) -> Key:
        return self.policy.name, self.check.index if self.check else CONDITIONS, pointer(self.tokens), self.error is not None

    def message(self) -> str:
        """`messageExpression`, else `message`, else the expression itself: as Kubernetes does it."""
        assert self.check is not None  # noqa: S101 a broken policy has its own words
        text = self._value(self.check.message)
        if isinstance(text, str) and text.strip() and "\n" not in text and len(text) <= LONGEST_MESSAGE:
            return text.strip()
        return self.check.validation.message or f"failed expression: {self.check.validation.expression.strip()}"

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

    def _value(self, program: Program | None) -> JsonValue:
        """None when the expression fails: a finding is worth more than its decoration."""
        if program is None:
            return None
        try:
            return checked(program.evaluate(self.bindings.plus(self.element)))
        except (EvaluationError, NotJson):
            return None


def violations(policy: CompiledPolicy, subject: Subject) -> Iterator[Violation]:
    """Everything that this policy finds. Nothing is found where it does not match. Never raises."""
    view = subject.view_for(policy.aim)
    if view is None:
        return
    try:
        if _passes_gate(policy, view) or not _conditions_hold(policy, view):
            return
    except EvaluationError as error:
        yield Violation(policy, None, view, (), view.bindings, error=str(error))
        return
    scope = _scope(policy, view)
    for check in policy.checks:
        yield from _failures(policy, check, view, scope)


def _conditions_hold(policy: CompiledPolicy, view: View) -> bool:
    """One condition that is false decides, even where another one fails. Raises EvaluationError."""
    failed: EvaluationError | None = None
    for condition in policy.conditions:
        try:
            if not condition.holds(view.bindings):
                return False
        except EvaluationError as error:
            failed = failed or error
    if failed:
        raise failed
    return True


def _passes_gate(policy: CompiledPolicy, view: View) -> bool:
    """True: surely nothing fails. False says nothing: each check must be asked."""
    try:
        return policy.gate is not None and policy.gate.evaluate(view.bindings) is True
    except EvaluationError:
        return False


@dataclass(frozen=True)
class _Scope:
    """What checks see. A variable that failed is missing, so that only an expression that truly reads it fails."""

    bindings: Bindings
    failed: Mapping[str, str]

    def explain(self, error: EvaluationError) -> str:
        return next(
            (f"variable {name}: {reason}" for name, reason in self.failed.items() if f'"variables.{name}"' in str(error)), str(error)
        )


def _scope(policy: CompiledPolicy, view: View) -> _Scope:
    bindings, failed = view.bindings, dict[str, str]()
    for name, program in policy.variables.items():
        try:
            bindings = bindings.plus({f"variables.{name}": checked(program.evaluate(bindings))})
        except (EvaluationError, NotJson) as error:
            failed[name] = str(error)
    return _Scope(bindings, failed)


def _failures(policy: CompiledPolicy, check: Check, view: View, scope: _Scope) -> Iterator[Violation]:
    try:
        elements = [found for pattern in check.patterns for found in expand(view.document, pattern)] if check.patterns else [((), None)]
    except NotAList as error:
        yield Violation(policy, check, view, error.tokens, scope.bindings, error=str(error))
        return
    if len(elements) > MOST_ELEMENTS:
        told = f"there are {len(elements)} elements, and at most {MOST_ELEMENTS} can be judged"
        yield Violation(policy, check, view, (), scope.bindings, error=told)
        return
    verdicts = _verdicts(check, view, len(elements))
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


def _verdicts(check: Check, view: View, count: int) -> list[object] | None:
    """The verdicts on all elements at once; None where one of them fails, or there is no such short cut."""
    if not check.verdicts:
        return None
    try:
        flat = [item for program in check.verdicts for item in _flat(program.evaluate(view.bindings))]
    except EvaluationError:
        return None
    return flat if len(flat) == count else None


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    else:
        yield value
