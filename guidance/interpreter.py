"""Evaluates what the engine cannot: expressions that call Kubernetes' own functions, on values as Python has them.

A checked expression becomes nested Python functions, once; each takes the values of the variables. An error is an exception, and a value
in the two places where CEL goes on with it: beside `&&` and `||`, and in the accumulator of a macro.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from guidance.functions import conversions, limits, operators
from guidance.functions.errors import EvaluationError
from guidance.functions.library import caller, is_only_here
from guidance.functions.operators import MISSING, element, lookup, position
from guidance.functions.values import NO_SUCH_OVERLOAD, NOTHING, Maybe, TypeName, equal, type_of
from guidance.syntax import Call, Fold, Literal, MakeList, MakeMap, MakeMessage, Name, Node, Select, read, walk

Scope = Mapping[str, object]
Evaluator = Callable[[Scope], object]
TYPES = frozenset(
    [
        "bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint",
        "google.protobuf.Duration", "google.protobuf.Timestamp", "optional_type",
    ]
)  # fmt: skip
UNARY = {**operators.UNARY, **conversions.UNARY}


class Unsupported(ValueError):
    """Something that is not evaluated here; the message names it."""


class _Later:
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
class _Failed:
    """An error in an accumulator."""

    error: EvaluationError


def interpretation(checked: bytes, exotic: frozenset[str], *, is_forced: bool) -> Callable[[Scope], object] | None:
    """What evaluates an expression that the engine has checked and written down; None where the engine can do it.

    It cannot when a call is carried out here alone, or a variable of these names has a value that it does not know. `is_forced`: if
    at all possible. Raises Unsupported.
    """
    node = read(checked)
    needed = any(is_only_here(each) if isinstance(each, Call) else isinstance(each, Name) and each.name in exotic for each in walk(node))
    if not (needed or is_forced):
        return None
    try:
        return interpret(node)
    except Unsupported:
        if needed:
            raise
        return None


def interpret(node: Node) -> Callable[[Scope], object]:
    """What evaluates it, as often as one likes. It raises EvaluationError. Raises Unsupported."""
    run = _evaluator(node)

    def evaluate(scope: Scope) -> object:
        limits.begin()
        try:
            return run(scope)
        except RecursionError as error:
            raise EvaluationError("the expression or its values are nested too deeply") from error
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # a fault of ours: no verdict, and no end of everything
            raise EvaluationError(f"the expression could not be evaluated: {error}") from error

    return evaluate


def _evaluator(node: Node) -> Evaluator:
    match node:
        case Literal(value):
            return _constant(value)
        case Name(name):
            return _name(name)
        case Select():
            return _select(node)
        case Call():
            return _call(node)
        case MakeList():
            return _list(node)
        case MakeMap():
            return _map(node)
        case Fold():
            return _bind(node) if node.over == NO_ELEMENTS else _fold(node)
        case MakeMessage(name):
            raise Unsupported(f"messages such as {name} cannot be made here")


NO_ELEMENTS = MakeList((), frozenset())


def _constant(value: object) -> Evaluator:
    return lambda _: value


def _name(name: str) -> Evaluator:
    if name in TYPES:
        return _constant(TypeName(name))

    def evaluate(scope: Scope) -> object:
        try:
            value = scope[name]
        except KeyError:
            raise EvaluationError(f'No value with name "{name}" found in Activation') from None
        if type(value) is _Later:
            return value.get()
        if type(value) is _Failed:
            raise value.error
        return value

    return evaluate


def _select(node: Select) -> Evaluator:
    operand, member = _evaluator(node.operand), node.member

    def has(scope: Scope) -> bool:
        return _member(operand(scope), member).present

    def select(scope: Scope) -> object:
        container = operand(scope)
        if type(container) is Maybe:
            return _member(container, member)
        if type(container) is not dict:
            raise EvaluationError(NO_SUCH_OVERLOAD)
        try:
            return container[member]
        except KeyError:
            raise EvaluationError(f"no such key: {member}") from None

    return has if node.is_test else select


def _member(container: object, key: object) -> Maybe:
    """`container.?member` and `container[?index]`: nothing where there is nothing, and in a number or a text."""
    match container:
        case Maybe():
            return _member(container.value, key) if container.present else NOTHING
        case dict():
            found = lookup(container, key)
            return NOTHING if found is MISSING else Maybe(found)
        case list():
            index = position(key)
            return Maybe(container[index]) if 0 <= index < len(container) else NOTHING
    return NOTHING


def _list(node: MakeList) -> Evaluator:
    elements = [_evaluator(each) for each in node.elements]
    if not node.optional:
        return lambda scope: [each(scope) for each in elements]

    def evaluate(scope: Scope) -> object:
        values: list[object] = []
        for place, each in enumerate(elements):
            value = each(scope)
            values += _present(value) if place in node.optional else [value]
        return values

    return evaluate


def _map(node: MakeMap) -> Evaluator:
    entries = [(_evaluator(entry.key), _evaluator(entry.value), entry.is_optional) for entry in node.entries]

    def evaluate(scope: Scope) -> object:
        members: dict[object, object] = {}
        for key, value, is_optional in entries:
            name = _key(key(scope))
            for each in _present(value(scope)) if is_optional else [value(scope)]:
                members[name] = each
        return members

    return evaluate


def _key(key: object) -> object:
    if not isinstance(key, str | int):
        raise EvaluationError(f"unsupported key type: {type_of(key)}")
    return key


def _present(value: object) -> list[object]:
    if not isinstance(value, Maybe):
        raise EvaluationError(f"cannot initialize optional entry from non-optional value {value}")
    return [value.value] if value.present else []


def _bind(node: Fold) -> Evaluator:
    """`cel.bind`, and what other macros make of it: the value is computed when it is first read."""
    start, result, accumulator = _evaluator(node.start), _evaluator(node.result), node.accumulator

    def evaluate(scope: Scope) -> object:
        return result({**scope, accumulator: _Later(lambda: start(scope))})

    return evaluate


def _fold(node: Fold) -> Evaluator:
    over, start, result = _evaluator(node.over), _evaluator(node.start), _evaluator(node.result)
    condition, step = _evaluator(node.condition), _evaluator(node.step)
    accumulator, names = node.accumulator, node.names

    def evaluate(scope: Scope) -> object:
        container = over(scope)
        inner = {**scope, accumulator: start(scope)}
        for values in _elements(container, len(names)):
            if condition(inner) is not True:
                break
            limits.spend(limits.ITERATION)
            inner.update(zip(names, values, strict=True))
            try:
                inner[accumulator] = step(inner)
            except limits.BudgetExceeded:
                raise
            except EvaluationError as error:
                inner[accumulator] = _Failed(error)
        return result(inner)

    return evaluate


def _elements(container: object, names: int) -> Iterable[tuple[object, ...]]:
    match container:
        case list() | dict() if names == 1:
            return ((value,) for value in container)
        case list():
            return enumerate(container)
        case dict():
            return container.items()
    raise EvaluationError(f"{NO_SUCH_OVERLOAD}: {type_of(container)} has no elements")


def _call(node: Call) -> Evaluator:
    arguments = [_evaluator(each) for each in node.arguments]
    if make := SPECIAL.get(node.function):
        return make(*arguments)
    if node.function == "_+_" and node.arguments[0] == ACCUMULATOR:
        return _append(*arguments)
    match arguments:
        case [one, two] if binary := operators.BINARY.get(node.function):
            return lambda scope: binary(one(scope), two(scope))
        case [one] if unary := UNARY.get(node.function):
            return lambda scope: unary(one(scope))
    call = caller(node.function, node.overloads)
    if call is None:
        raise Unsupported(f"the function {node.function} cannot be used together with Kubernetes' own functions")
    return lambda scope: call([each(scope) for each in arguments])


ACCUMULATOR = Name("@result")
"""Of the macros; nothing else can mention it."""


def _append(total: Evaluator, more: Evaluator) -> Evaluator:
    """A list that a macro makes grows where it is."""

    def evaluate(scope: Scope) -> object:
        one, two = total(scope), more(scope)
        if not isinstance(one, list) or not isinstance(two, list):
            return operators.add(one, two)
        one += two
        return one

    return evaluate


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
        return _member(value, index(scope)) if isinstance(value, Maybe) else element(value, index(scope))

    return evaluate


def _optional(container: Evaluator, key: Evaluator) -> Evaluator:
    return lambda scope: _member(container(scope), key(scope))


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
            filled[_key(key)] = value
        return filled

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
