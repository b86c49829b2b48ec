"""What one evaluation may cost: expressions come from people who may not be trusted."""

import threading

from guidance.functions.errors import EvaluationError

BUDGET = 1_000_000
"""For one evaluation, in units of about a microsecond."""
ITERATION = 100
"""The cost of one turn of a loop, so that the engine's limit of 10,000 turns holds here too."""
LONGEST = 10_000_000
"""Characters of a text, bytes of bytes."""


class BudgetExceeded(EvaluationError):
    """It would take too long."""

    def __init__(self) -> None:
        super().__init__("Iteration budget exceeded")


class _Meter(threading.local):
    left = BUDGET


_METER = _Meter()


def begin() -> None:
    """A new evaluation in this thread."""
    _METER.left = BUDGET


def spend(cost: int) -> None:
    """Raises BudgetExceeded."""
    _METER.left -= cost
    if _METER.left < 0:
        raise BudgetExceeded


def check_length(length: int) -> None:
    """Before something so long is made. Raises EvaluationError."""
    if length > LONGEST:
        raise EvaluationError(f"a text of {length} characters is too long")
    spend(length >> 8)
