"""The plain CEL that a cluster's ValidatingAdmissionPolicy can run, made from a validation with `each`."""

import json
import re
from collections.abc import Sequence

from guidance.pointer import WILDCARD, parse
from guidance.policy import Each, Validation, Variable

USED_VARIABLE = re.compile(r"\bvariables\s*\.\s*([A-Za-z_][A-Za-z0-9_]*)")


def expression(validation: Validation) -> str:
    """True when the validation holds for every element: `object.?spec.?containers.orValue([]).all(container, …) && …`."""
    if validation.each is None:
        return validation.expression
    return " && ".join(_over(validation.each, pointer, "all", validation.expression) for pointer in validation.each.lists)


def verdicts(validation: Validation) -> tuple[str, ...]:
    """An expression per list that gives the verdicts on its elements, in order (nested where the pointer has wildcards)."""
    if validation.each is None:
        return ()
    return tuple(_over(validation.each, pointer, "map", validation.expression) for pointer in validation.each.lists)


def used_variables(text: str, variables: Sequence[Variable]) -> tuple[Variable, ...]:
    """The variables that an expression needs, directly or through others, in the order of their definition."""
    needed = set(USED_VARIABLE.findall(text))
    for variable in reversed(variables):
        if variable.name in needed:
            needed.update(USED_VARIABLE.findall(variable.expression))
    return tuple(variable for variable in variables if variable.name in needed)


def with_variables(text: str, variables: Sequence[Variable]) -> str:
    """One expression that defines its variables itself; they are evaluated only when it reaches one of them."""
    for count in range(len(variables), 0, -1):
        earlier = [f"'{variable.name}': dyn(variables.{variable.name})" for variable in variables[: count - 1]]
        this = f"'{variables[count - 1].name}': dyn({variables[count - 1].expression}\n)"
        text = f"cel.bind(variables, {{{', '.join([*earlier, this])}}}, {text}\n)"
    return text


def _over(each: Each, pointer: str, macro: str, body: str) -> str:
    levels: list[list[str]] = [[]]
    for token in parse(pointer):
        if token == WILDCARD:
            levels.append([])
        else:
            levels[-1].append(token)
    names = ["object", *(f"outer{level}_" for level in range(1, len(levels))), each.name]
    text = f"{body}\n"  # the line break ends a comment in the body
    for level in range(len(levels) - 1, -1, -1):
        members = "".join(_member(token) for token in levels[level])
        text = f"{names[level]}{members}.orValue([]).{macro}({names[level + 1]}, {text})"
    return text


def _member(token: str) -> str:
    return f".?{token}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", token) else f"[?{json.dumps(token)}]"
