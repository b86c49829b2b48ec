"""Constants that no evaluation can get past: Kubernetes refuses expressions with them when a policy is created."""

import json
import re
from collections.abc import Iterator

from guidance.expressions.errors import EvaluationError
from guidance.expressions.functions.formatting import CLAUSE
from guidance.expressions.interpreter import interpret
from guidance.expressions.programs import Program
from guidance.expressions.syntax import Call, Literal, MakeList, offsets, read, walk

CONVERSIONS = frozenset(["bool", "double", "duration", "int", "string", "timestamp", "uint"])
PATTERNS = frozenset(["find", "findAll", "matches"])
WORTH_A_LOOK = re.compile(rf"\b(?:{'|'.join(sorted(CONVERSIONS | PATTERNS))}|format)\s*\(")
ANY_TEXT = Literal("")


def mistakes(program: Program) -> Iterator[tuple[str, int, int]]:
    """What is wrong with a constant of the expression; line and column count from 1 within the expression."""
    if not WORTH_A_LOOK.search(program.expression):
        return
    at = offsets(program.serialized)
    for node in walk(read(program.serialized)):
        if isinstance(node, Call) and (wrong := _wrong(node)):
            before = program.expression[: at.get(node.number, 0)]
            yield wrong, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _wrong(call: Call) -> str | None:
    match call:
        case Call(function, (Literal(value),)) if function in CONVERSIONS and (reason := _failure(call)):
            return f"{function} of {json.dumps(value) if isinstance(value, str) else value} fails: {reason}"
        case Call(function, (_, Literal(str()) as pattern, *_)) if function in PATTERNS:
            return _failure(Call("matches", (ANY_TEXT, pattern), ()))
        case Call("format", (Literal(str() as pattern), MakeList() as values)) if not values.optional:
            return _unformatted(pattern, values)
    return None


def _unformatted(pattern: str, values: MakeList) -> str | None:
    clauses = [found[0] for found in CLAUSE.finditer(pattern) if found[0] != "%%"]
    if len(clauses) != len(values.elements):
        return f"{pattern!r} takes {len(clauses)} values, and format is given {len(values.elements)}"
    alone = (
        Call("format", (Literal(clause), MakeList((value if isinstance(value, Literal) else ANY_TEXT,), frozenset())), ())
        for clause, value in zip(clauses, values.elements, strict=True)
        if isinstance(value, Literal) or clause[-1] not in "sdfeboxX"
    )
    return next(filter(None, map(_failure, alone)), None)


def _failure(call: Call) -> str | None:
    try:
        interpret(call)({})
    except EvaluationError as error:
        return str(error)
    return None
