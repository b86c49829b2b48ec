"""What one evaluation may cost: expressions come from people who may not be trusted."""

import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from guidance.expressions.errors import EvaluationError

BUDGET = 1_000_000
"""For one evaluation, in units of about a microsecond."""
ITERATION = 100
"""The cost of one turn of a loop, so that the engine's limit of 10,000 turns holds here too."""
LONGEST = 1_000_000
"""Characters of a text that is made, bytes of bytes."""
SHORT = 200
"""Characters of a text whose meaning is worth to be remembered."""
F = TypeVar("F", bound=Callable[..., object])


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


def spend_on(values: list[object]) -> None:
    """What it takes to go through these values once. Raises BudgetExceeded."""
    spend(1 + sum(len(value) >> 6 for value in values if isinstance(value, str | bytes | list)))


def check_length(length: int) -> None:
    """Before something so long is made. Raises EvaluationError."""
    if length > LONGEST:
        raise EvaluationError(f"a text of {length} characters is too long")
    spend(length >> 6)


def remembered(read: F) -> F:
    """The same for short texts as the last time."""
    known = lru_cache(maxsize=1024)(read)

    @wraps(read)
    def remember(text: str, *rest: Any) -> object:
        return known(text, *rest) if len(text) <= SHORT else read(text, *rest)

    return cast("F", remember)
