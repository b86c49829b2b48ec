"""Evaluates what the engine cannot: expressions that call Kubernetes' own functions, on values as Python has them.

A checked expression becomes nested Python functions, once; each takes the values of the variables.
"""

from collections.abc import Callable

from guidance.expressions import limits
from guidance.expressions.errors import EvaluationError
from guidance.expressions.functions import conversions, operators
from guidance.expressions.library import caller, is_only_here
from guidance.expressions.members import checked_key, elements_of, found_in, present
from guidance.expressions.scope import Evaluator, Failed, Later, Scope, variable
from guidance.expressions.special import SPECIAL, append
from guidance.expressions.syntax import Call, Fold, Literal, MakeList, MakeMap, MakeMessage, Name, Node, Select, read, walk
from guidance.expressions.values import NO_SUCH_OVERLOAD, Maybe, TypeName

TYPES = frozenset(
    [
        "bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint",
        "google.protobuf.Duration", "google.protobuf.Timestamp", "optional_type",
    ]
)  # fmt: skip
UNARY = {**operators.UNARY, **conversions.UNARY}


class Unsupported(ValueError):
    """Something that is not evaluated here; the message names it."""


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
            return _constant(TypeName(name)) if name in TYPES else variable(name)
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


def _select(node: Select) -> Evaluator:
    operand, member = _evaluator(node.operand), node.member

    def has(scope: Scope) -> bool:
        return found_in(operand(scope), member).present

    def select(scope: Scope) -> object:
        container = operand(scope)
        if type(container) is Maybe:
            return found_in(container, member)
        if type(container) is not dict:
            raise EvaluationError(NO_SUCH_OVERLOAD)
        try:
            return container[member]
        except KeyError:
            raise EvaluationError(f"no such key: {member}") from None

    return has if node.is_test else select


def _list(node: MakeList) -> Evaluator:
    elements = [_evaluator(each) for each in node.elements]
    if not node.optional:
        return lambda scope: [each(scope) for each in elements]

    def evaluate(scope: Scope) -> object:
        values: list[object] = []
        for place, each in enumerate(elements):
            value = each(scope)
            values += present(value) if place in node.optional else [value]
        return values

    return evaluate


def _map(node: MakeMap) -> Evaluator:
    entries = [(_evaluator(entry.key), _evaluator(entry.value), entry.is_optional) for entry in node.entries]

    def evaluate(scope: Scope) -> object:
        members: dict[object, object] = {}
        for key, value, is_optional in entries:
            name = checked_key(key(scope))
            for each in present(value(scope)) if is_optional else [value(scope)]:
                members[name] = each
        return members

    return evaluate


def _bind(node: Fold) -> Evaluator:
    """`cel.bind`, and what other macros make of it: the value is computed when it is first read."""
    start, result, accumulator = _evaluator(node.start), _evaluator(node.result), node.accumulator

    def evaluate(scope: Scope) -> object:
        return result({**scope, accumulator: Later(lambda: start(scope))})

    return evaluate


def _fold(node: Fold) -> Evaluator:
    over, start, result = _evaluator(node.over), _evaluator(node.start), _evaluator(node.result)
    condition, step = _evaluator(node.condition), _evaluator(node.step)
    accumulator, names = node.accumulator, node.names

    def evaluate(scope: Scope) -> object:
        container = over(scope)
        inner = {**scope, accumulator: start(scope)}
        for values in elements_of(container, len(names)):
            if condition(inner) is not True:
                break
            limits.spend(limits.ITERATION)
            inner.update(zip(names, values, strict=True))
            try:
                inner[accumulator] = step(inner)
            except limits.BudgetExceeded:
                raise
            except EvaluationError as error:
                inner[accumulator] = Failed(error)
        return result(inner)

    return evaluate


def _call(node: Call) -> Evaluator:
    arguments = [_evaluator(each) for each in node.arguments]
    if make := SPECIAL.get(node.function):
        return make(*arguments)
    if node.function == "_+_" and node.arguments[0] == ACCUMULATOR:
        return append(*arguments)
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
