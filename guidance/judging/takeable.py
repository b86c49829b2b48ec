"""What a cluster refuses in a policy when it is created, although it is judged here."""

import re
from collections.abc import Iterator

from guidance.documents.pointer import Token
from guidance.documents.source import Problem
from guidance.expressions.cel import BOOL, DYN, STRING, Program
from guidance.judging.compiled import CompiledPolicy
from guidance.policies import vap

TYPED = re.compile(r"\b(?:request|namespaceObject)\b")
"""Their members have types in a cluster, and none here."""
NEVER = re.compile(r"\b(?:cel\s*\.\s*bind|math\s*\.\s*\w+|base64\s*\.\s*\w+)\s*(?=\()")
LATELY = re.compile(r"\.\s*(?:slice|flatten|sort|sortBy|reverse|distinct)\s*(?=\()|\blists\s*\.\s*range\s*(?=\()")
"""Kubernetes 1.34 knows these, and takes a new function in new policies one version later."""
ADVICE = {BOOL: "compare it, as in (…) == true", STRING: "write string(…) around it"}
Place = tuple[Token, ...]


def refusals(policy: CompiledPolicy) -> Iterator[Problem]:
    """What to change before a cluster takes it; each points into the policy's file."""
    source = policy.policy.source
    for at, program, wanted in _typed(policy):
        if program.returns == DYN and not TYPED.search(program.expression):
            told = f"a cluster takes only {wanted} here, told from the expression alone, and this may give anything: {ADVICE[wanted]}"
            yield source.problem(at, told)
    for at, text in _expressions(policy):
        for name in sorted({_name(found) for found in NEVER.findall(text)}):
            yield source.problem(at, f"no cluster has {name}")
        for name in sorted({_name(found) for found in LATELY.findall(text)}):
            yield source.problem(at, f"a cluster takes {name} in new policies from Kubernetes 1.35 on")


def _typed(policy: CompiledPolicy) -> Iterator[tuple[Place, Program, str]]:
    """What is exported as it is; of what goes over lists the macros see to the type."""
    for index, condition in enumerate(policy.conditions):
        yield ("spec", "matchConditions", index, "expression"), condition, BOOL
    for check in policy.checks:
        if check.validation.each is None:
            yield ("spec", "validations", check.index, "expression"), check.program, BOOL
            if check.message:
                yield ("spec", "validations", check.index, "messageExpression"), check.message, STRING
    for index, annotation in enumerate(policy.annotations.values()):
        yield ("spec", "auditAnnotations", index, "valueExpression"), annotation, STRING


def _expressions(policy: CompiledPolicy) -> Iterator[tuple[Place, str]]:
    spec = policy.policy.spec
    yield from ((at, program.expression) for at, program, _ in _typed(policy))
    yield from ((("spec", "variables", index, "expression"), one.expression) for index, one in enumerate(spec.variables))
    for index, validation in enumerate(spec.validations):
        if validation.each is not None:
            yield ("spec", "validations", index, "expression"), vap.expression(validation)


def _name(found: str) -> str:
    return re.sub(r"\s", "", found).removeprefix(".")
