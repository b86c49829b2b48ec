"""How much larger than what it reads the value of an expression can get: the engine would not stop before all memory is used up."""

from collections.abc import Mapping

from guidance.expressions.syntax import Call, Fold, Literal, MakeList, MakeMap, Name, Node, Select, read

MOST = 64
"""Times the largest value that it reads."""
BOUNDLESS = 10**9
NOTHING_KNOWN: Mapping[str, int] = {}


def grows(checked: bytes) -> bool:
    """Whether the value of an expression, as the engine has checked and written it down, may get too large."""
    return growth(read(checked)) > MOST


def growth(node: Node, known: Mapping[str, int] = NOTHING_KNOWN) -> int:
    """An upper bound, what is written in the expression itself not counted; `known` are the variables of macros around it."""
    match node:
        case Literal():
            return 0
        case Name(name):
            return known.get(name, 1)
        case Select(operand, is_test=is_test):
            return 0 if is_test else growth(operand, known)
        case Call(function, arguments):
            return _of_call(function, arguments, known)
        case MakeList(elements):
            return _sum(elements, known)
        case MakeMap(entries):
            return _sum(tuple(part for entry in entries for part in (entry.key, entry.value)), known)
        case Fold():
            return _of_fold(node, known)
    return 0


def _of_call(function: str, arguments: tuple[Node, ...], known: Mapping[str, int]) -> int:
    match function, arguments:
        case "_+_", _:
            return _sum(arguments, known)
        case "replace", (text, _, new, *_):
            return _capped(max(growth(text, known), 1) * _length(new))
        case "join", (parts, separator):
            return _capped(max(growth(parts, known), 1) * _length(separator))
    return max((growth(argument, known) for argument in arguments), default=0)


def _of_fold(node: Fold, known: Mapping[str, int]) -> int:
    over, start = growth(node.over, known), growth(node.start, known)
    inside = {**known, **dict.fromkeys(node.names, over), node.accumulator: start}
    reached = max(start, growth(node.step, inside))
    return growth(node.result, {**inside, node.accumulator: reached})


def _sum(nodes: tuple[Node, ...], known: Mapping[str, int]) -> int:
    return _capped(sum(growth(node, known) for node in nodes))


def _length(node: Node) -> int:
    """Of a text that is written there; of others nothing is known."""
    return max(1, len(node.value)) if isinstance(node, Literal) and isinstance(node.value, str) else BOUNDLESS


def _capped(size: int) -> int:
    return min(size, BOUNDLESS)
