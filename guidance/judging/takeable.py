"""What a cluster refuses in a policy when it is created, although it is judged here."""

import re
from collections.abc import Iterator
from itertools import chain

from guidance.documents.pointer import Token
from guidance.documents.source import Problem
from guidance.expressions.cel import BOOL, DYN, STRING, Program
from guidance.judging.compiled import CompiledPolicy
from guidance.policies import vap
from guidance.policies.matching import ANY

TYPED = re.compile(r"\b(?:request|namespaceObject)\b")
"""Their members have types in a cluster, and none here."""
NEVER = re.compile(r"\b(?:cel\s*\.\s*bind|math\s*\.\s*\w+|base64\s*\.\s*\w+)\s*(?=\()")
LATELY = re.compile(r"\.\s*(?:slice|flatten|sort|sortBy|reverse|distinct)\s*(?=\()|\blists\s*\.\s*range\s*(?=\()")
"""Kubernetes 1.34 knows these, and takes a new function in new policies one version later."""
BACKQUOTED = re.compile(r"\.\??(?=`[\w./-]+`)")
CONDITION_NAME = re.compile(r"(?:[a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
ADVICE = {BOOL: "compare it, as in (…) == true", STRING: "write string(…) around it"}
Place = tuple[Token, ...]


def refusals(policy: CompiledPolicy) -> Iterator[Problem]:
    """What to change before a cluster takes it; each points into the policy's file."""
    source = policy.policy.source
    for at, told in chain(_of_rules(policy), _of_names(policy)):
        yield source.problem(at, told)
    for at, program, wanted in _typed(policy):
        if program.returns == DYN and not TYPED.search(program.expression):
            told = f"a cluster takes only {wanted} here, told from the expression alone, and this may give anything: {ADVICE[wanted]}"
            yield source.problem(at, told)
    for at, text in _expressions(policy):
        if BACKQUOTED.search(text):
            yield source.problem(at, "a cluster takes no names in backquotes: write ['…']")
        for name in sorted({_name(found) for found in NEVER.findall(text)}):
            yield source.problem(at, f"no cluster has {name}")
        for name in sorted({_name(found) for found in LATELY.findall(text)}):
            yield source.problem(at, f"a cluster takes {name} in new policies from Kubernetes 1.35 on")


def _of_rules(policy: CompiledPolicy) -> Iterator[tuple[Place, str]]:
    constraints = policy.policy.spec.match_constraints
    for name, rules in (("resourceRules", constraints.resource_rules), ("excludeResourceRules", constraints.exclude_resource_rules)):
        for index, rule in enumerate(rules):
            at = ("spec", "matchConstraints", name, index)
            plain = tuple(one for one in rule.resources if "/" not in one)
            lists = {"apiGroups": rule.api_groups, "apiVersions": rule.api_versions, "operations": rule.operations, "resources": plain}
            yield from (
                ((*at, key), "a cluster takes '*' only alone") for key, values in lists.items() if ANY in values and len(values) > 1
            )


def _of_names(policy: CompiledPolicy) -> Iterator[tuple[Place, str]]:
    spec = policy.policy.spec
    conditions, notes = [one.name for one in spec.match_conditions], [one.key for one in spec.audit_annotations]
    for index, name in enumerate(conditions):
        if not CONDITION_NAME.fullmatch(name):
            yield (
                ("spec", "matchConditions", index, "name"),
                f"a cluster takes no condition of the name {name!r}: letters, digits, -, _ and .",
            )
        if name in conditions[:index]:
            yield ("spec", "matchConditions", index, "name"), f"a cluster takes only one condition of the name {name!r}"
    for index, key in enumerate(notes):
        if key in notes[:index]:
            yield ("spec", "auditAnnotations", index, "key"), f"a cluster takes only one annotation of the key {key!r}"


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
