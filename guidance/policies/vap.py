"""The plain CEL that a cluster's ValidatingAdmissionPolicy can run, made from validations with `each`."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import WILDCARD, parse
from guidance.policies.policy import Each, Spec, Validation, Variable

VERSION = "admissionregistration.k8s.io/v1"
COMMON = {"param_kind", "match_constraints", "match_conditions", "variables", "audit_annotations"}
NOWHERE_LESS: Mapping[str, JsonValue] = MappingProxyType({})
NOTHING_BOUND: Mapping[str, str] = MappingProxyType({})
Action = Literal["Deny", "Warn", "Audit"]
MAYBE_NULL = ("object", "rules")
"""The rules of a role that has none, as an API server shows them: nothing else that can be left out is there as null."""
USED_VARIABLE = re.compile(r"\bvariables\s*\.\s*([A-Za-z_][A-Za-z0-9_]*)")


def expression(validation: Validation, bound: Mapping[str, str] = NOTHING_BOUND) -> str:
    """True when the validation holds for every element: `object.?spec.?containers.orValue([]).all(container, …) && …`.

    `bound` are the names of variables that hold lists already, by the expression that gives them (`lists`).
    """
    if validation.each is None:
        return validation.expression
    return " && ".join(_over(validation.each, pointer, "all", validation.expression, bound) for pointer in validation.each.lists)


def gate(spec: Spec, bound: Mapping[str, str] = NOTHING_BOUND) -> str:
    """True when the policy finds nothing: its conditions do not hold, or all validations do. An error where it cannot judge."""
    checks = _all(_joined(spec.validations, bound))
    text = with_variables(checks, used_variables(checks, spec.variables))
    conditions = _all(condition.expression for condition in spec.match_conditions)
    return f"({conditions}) ? ({text}\n) : true" if conditions else text


def _joined(validations: Iterable[Validation], bound: Mapping[str, str]) -> Iterator[str]:
    """What goes over the same elements goes over them once: that is faster to compile, and to evaluate."""
    bodies: dict[Each | None, list[str]] = {}
    for validation in validations:
        bodies.setdefault(validation.each, []).append(validation.expression)
    for each, texts in bodies.items():
        if each is None:
            yield from texts
        else:
            yield " && ".join(_over(each, pointer, "all", _all(texts), bound) for pointer in each.lists)


def expressions(spec: Spec) -> Iterator[str]:
    """All that decide what the policy says, or write it into the audit log."""
    yield from (condition.expression for condition in spec.match_conditions)
    yield from (variable.expression for variable in spec.variables)
    yield from (validation.expression for validation in spec.validations)
    yield from (annotation.value_expression for annotation in spec.audit_annotations)


def decorations(spec: Spec) -> Iterator[str]:
    """All that findings tell besides: messages, what is expected, fixes."""
    for one in spec.validations:
        steps = (step.value_expression for step in one.fix)
        yield from filter(None, (one.message_expression, one.expected_expression, *steps))


def lists(validation: Validation) -> Iterator[str]:
    """The expressions for the lists of the object that the validation goes over."""
    if validation.each is not None:
        for pointer in validation.each.lists:
            yield _list("object", parse(pointer)[: (*parse(pointer), WILDCARD).index(WILDCARD)])


def verdicts(validation: Validation) -> tuple[str, ...]:
    """An expression per list that gives the verdicts on its elements, in order (nested where the pointer has wildcards)."""
    if validation.each is None:
        return ()
    # A list of what is surely true or false comes from the engine; of what may be anything, from the interpreter, which takes long to load.
    verdict = f"({validation.expression}\n) ? true : false"
    return tuple(_over(validation.each, pointer, "map", verdict) for pointer in validation.each.lists)


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


def _over(each: Each, pointer: str, macro: str, body: str, bound: Mapping[str, str] = NOTHING_BOUND) -> str:
    levels: list[list[str]] = [[]]
    for token in parse(pointer):
        if token == WILDCARD:
            levels.append([])
        else:
            levels[-1].append(token)
    names = ["object", *(f"outer{level}_" for level in range(1, len(levels))), each.name]
    text = f"{body}\n"  # the line break ends a comment in the body
    for level in range(len(levels) - 1, -1, -1):
        source = _list(names[level], levels[level])
        text = f"{bound.get(source, source)}.{macro}({names[level + 1]}, {text})"
    return text


def _all(expressions: Iterable[str]) -> str:
    """Each in parentheses; the line break ends a comment in it."""
    return " && ".join(f"({text}\n)" for text in expressions)


def _list(start: str, members: Sequence[str]) -> str:
    if (start, *members) == MAYBE_NULL:
        rules = ".".join(MAYBE_NULL)
        return f"(has({rules}) && {rules} != null ? {rules} : [])"
    return f"{start}{''.join(map(_member, members))}.orValue([])"


def _member(token: str) -> str:
    return f".?{token}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", token) else f"[?{json.dumps(token)}]"


def manifest(spec: Spec, name: str) -> dict[str, JsonValue]:
    """The ValidatingAdmissionPolicy that says the same in a cluster; it holds there once a binding names it."""
    body: dict[str, JsonValue] = spec.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=COMMON)
    body["failurePolicy"] = spec.failure_policy
    if spec.validations:
        body["validations"] = [_plain(validation) for validation in spec.validations]
    return {"apiVersion": VERSION, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name}, "spec": body}


def binding(
    spec: Spec, policy: str, action: Action, resources: Mapping[str, JsonValue] = NOWHERE_LESS, *, name: str = "", params_in: str = ""
) -> dict[str, JsonValue]:
    """The binding by which a policy holds everywhere, or for these `matchResources`; called after the policy, or by `name`.

    With parameters, it holds with every object of their kind: those in the namespace `params_in`, or else in that of the object.
    """
    body: dict[str, JsonValue] = {"policyName": policy, "validationActions": [action]}
    if resources:
        body["matchResources"] = dict(resources)
    if spec.param_kind:
        lie_in: dict[str, JsonValue] = {"namespace": params_in} if params_in else {}
        body["paramRef"] = {**lie_in, "selector": {}, "parameterNotFoundAction": "Deny"}
    kind = "ValidatingAdmissionPolicyBinding"
    return {"apiVersion": VERSION, "kind": kind, "metadata": {"name": name or policy}, "spec": body}


def _plain(validation: Validation) -> dict[str, JsonValue]:
    """What belongs to one element (its own message) cannot be told about a whole object."""
    told: dict[str, JsonValue] = {"expression": expression(validation), "message": validation.message, "reason": validation.reason}
    if validation.message_expression is not None and validation.each is None:
        told["messageExpression"] = validation.message_expression
    return {key: text for key, text in told.items() if text}
