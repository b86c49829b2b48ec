"""Operators and macros' helpers that do not compute all of their arguments first, or that go on after an error.

An error is an exception, and a value in the two places where CEL goes on with it: beside `&&` and `||`, and in the accumulator of a macro.
"""

from collections.abc import Callable

from guidance.expressions import limits
from guidance.expressions.errors import EvaluationError
from guidance.expressions.functions.operators import MISSING, add, element, lookup
from guidance.expressions.members import checked_key, found_in
from guidance.expressions.scope import Evaluator, Scope
from guidance.expressions.values import NO_SUCH_OVERLOAD, Maybe, equal


def _and(left: Evaluator, right: Evaluator) -> Evaluator:
    return _either(left, right, decides=False)


def _or(left: Evaluator, right: Evaluator) -> Evaluator:
    return _either(left, right, decides=True)


def _either(left: Evaluator, right: Evaluator, *, decides: bool) -> Evaluator:
    """One side that decides makes up for an error of the other."""

    def evaluate(scope: Scope) -> object:
        error: EvaluationError | None = None
        for side in (left, right):
            try:
                value = side(scope)
            except limits.BudgetExceeded:
                raise
            except EvaluationError as failure:
                error = error or failure
                continue
            if value is decides:
                return decides
            if value is not (not decides):
                error = error or EvaluationError(NO_SUCH_OVERLOAD)
        if error:
            raise error
        return not decides

    return evaluate


def _choice(condition: Evaluator, yes: Evaluator, no: Evaluator) -> Evaluator:
    def evaluate(scope: Scope) -> object:
        verdict = condition(scope)
        if not isinstance(verdict, bool):
            raise EvaluationError(NO_SUCH_OVERLOAD)
        return yes(scope) if verdict else no(scope)

    return evaluate


def _not_strictly_false(argument: Evaluator) -> Evaluator:
    def evaluate(scope: Scope) -> object:
        try:
            return argument(scope) is not False
        except limits.BudgetExceeded:
            raise
        except EvaluationError:
            return True

    return evaluate


def _index(container: Evaluator, index: Evaluator) -> Evaluator:
    def evaluate(scope: Scope) -> object:
        value = container(scope)
        return found_in(value, index(scope)) if isinstance(value, Maybe) else element(value, index(scope))

    return evaluate


def _optional(container: Evaluator, key: Evaluator) -> Evaluator:
    return lambda scope: found_in(container(scope), key(scope))


def _or_else(optional: Evaluator, other: Evaluator) -> Evaluator:
    """`or` and `orValue`: the other is computed only when there is nothing."""

    def evaluate(scope: Scope) -> object:
        value = optional(scope)
        return other(scope) if isinstance(value, Maybe) and not value.present else value

    return evaluate


def _or_value(optional: Evaluator, other: Evaluator) -> Evaluator:
    either = _or_else(optional, other)

    def evaluate(scope: Scope) -> object:
        value = optional(scope)
        return (value.value if value.present else other(scope)) if isinstance(value, Maybe) else either(scope)

    return evaluate


def _insert(members: Evaluator, *rest: Evaluator) -> Evaluator:
    """A map that a macro fills: a key and a value, or a map."""

    def evaluate(scope: Scope) -> object:
        filled = members(scope)
        more = {rest[0](scope): rest[1](scope)} if len(rest) == 2 else rest[0](scope)
        if not isinstance(filled, dict) or not isinstance(more, dict):
            raise EvaluationError(NO_SUCH_OVERLOAD)
        for key, value in more.items():
            if lookup(filled, key) is not MISSING:
                raise EvaluationError(f"insert failed: key {key} already exists")
            filled[checked_key(key)] = value
        return filled

    return evaluate


def append(total: Evaluator, more: Evaluator) -> Evaluator:
    """A list that a macro makes grows where it is."""

    def evaluate(scope: Scope) -> object:
        one, two = total(scope), more(scope)
        if not isinstance(one, list) or not isinstance(two, list):
            return add(one, two)
        one += two
        return one

    return evaluate


SPECIAL: dict[str, Callable[..., Evaluator]] = {
    "_&&_": _and,
    "_||_": _or,
    "_?_:_": _choice,
    "@not_strictly_false": _not_strictly_false,
    "_==_": lambda one, two: lambda scope: equal(one(scope), two(scope)),
    "_!=_": lambda one, two: lambda scope: not equal(one(scope), two(scope)),
    "_[_]": _index,
    "_[?_]": _optional,
    "_?._": _optional,
    "or": _or_else,
    "orValue": _or_value,
    "cel.@mapInsert": _insert,
}
