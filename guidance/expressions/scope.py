"""The variables that an interpreted expression sees, and what may stand for a value there: one not yet computed, and an error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from guidance.expressions.errors import EvaluationError

Scope = Mapping[str, object]
Evaluator = Callable[[Scope], object]
"""A part of an expression, made ready; it raises EvaluationError."""


class Later:
    """A value that is computed when it is first asked for; an error is kept as well."""

    __slots__ = ("_compute", "_error", "_value")

    def __init__(self, compute: Callable[[], object]) -> None:
        self._compute: Callable[[], object] | None = compute
        self._error: EvaluationError | None = None
        self._value: object = None

    def get(self) -> object:
        if self._compute is not None:
            compute, self._compute = self._compute, None
            try:
                self._value = compute()
            except EvaluationError as error:
                self._error = error
        if self._error:
            raise self._error
        return self._value


@dataclass(frozen=True)
class Failed:
    """An error in an accumulator."""

    error: EvaluationError


def variable(name: str) -> Evaluator:
    def evaluate(scope: Scope) -> object:
        try:
            value = scope[name]
        except KeyError:
            raise EvaluationError(f'No value with name "{name}" found in Activation') from None
        if type(value) is Later:
            return value.get()
        if type(value) is Failed:
            raise value.error
        return value

    return evaluate
