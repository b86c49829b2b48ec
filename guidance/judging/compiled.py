"""Policies made ready to run: every expression compiled once, with errors that point into the file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from guidance.documents.pointer import Token, parse
from guidance.documents.source import PolicyError, Problem
from guidance.expressions import cel
from guidance.expressions.cel import BOOL, DYN, NULL, STRING, ExpressionError, Program
from guidance.judging.subject import NAMESPACE_NAME, PARAMS, VARIABLES, Aim
from guidance.policies import vap
from guidance.policies.matching import LabelSelector, MatchConstraints
from guidance.policies.policy import Enforcement, FixStep, Policy, Validation

NAMESPACE_OBJECT = re.compile(r"\bnamespaceObject\b")
OLD_OBJECT = re.compile(r"\boldObject\b")
REQUEST = re.compile(r"\brequest\b")
OPERATION = re.compile(r"\b(?:operation|options|CREATE|UPDATE)\b|\brequest\s*\[")
"""What an expression says that reads one of the members of `request` by which an update differs."""
PROBES_USER = re.compile(
    r"""\brequest\s*(?:\.\s*\?\s*userInfo\b|\[\s*\?\s*["']userInfo["'])|\bhas\s*\(\s*request\s*\.\s*userInfo\s*\)|["']userInfo["']\s+in\s+request\b"""
)
"""What an expression says that goes on where nobody knows who sends the object."""


@dataclass(frozen=True)
class CompiledStep:
    step: FixStep
    tokens: tuple[str, ...]
    value: Program | None


@dataclass(frozen=True)
class Check:
    """A validation. `verdicts` judge all elements of a list at once (empty where that did not compile, or there is no `each`)."""

    index: int
    validation: Validation
    program: Program
    verdicts: tuple[Program, ...]
    message: Program | None
    expected: Program | None
    fix: tuple[CompiledStep, ...]
    tokens: tuple[str, ...]
    patterns: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class CompiledPolicy:
    """`gate` is true only when nothing is found: the way of most manifests, one evaluation (None where it does not compile).

    Expressions are compiled when they are first needed: a policy that finds nothing needs its gate alone. Two compiled policies are equal
    only when they are the same object.
    """

    policy: Policy
    aim: Aim
    broken: tuple[Problem, ...] = ()
    """Why this version of the product does not read it. It cannot judge then: what it is about meets its failurePolicy."""
    as_written: bool = False
    """Whether it judges what was written, without what an API server fills in: because it is about that, or says the same of both (those
    that ship, which tests show)."""

    @property
    def conditions(self) -> tuple[Program, ...]:
        return self._parts.conditions if self.policy.spec.match_conditions else ()

    @property
    def variables(self) -> Mapping[str, Program]:
        return self._parts.variables

    @property
    def checks(self) -> tuple[Check, ...]:
        return self._parts.checks

    @property
    def annotations(self) -> Mapping[str, Program]:
        return self._parts.annotations if self.policy.spec.audit_annotations and not self.broken else NO_ANNOTATIONS

    @cached_property
    def gate(self) -> Program | None:
        asks = self.policy.spec.validations and not self.broken and not self.probes_user
        return _fast(self.policy, vap.gate(self.policy.spec)) if asks else None

    @cached_property
    def _parts(self) -> "_Parts":
        """Raises PolicyError for a policy that `compile_policy` has not seen."""
        return _parts(self.policy)

    @cached_property
    def goes_together(self) -> bool:
        """Whether its gate alone tells that nothing is found, whoever else is asked."""
        spec, gate = self.policy.spec, self.gate
        goes = gate is not None and gate.is_native and self.aim.selects_all
        return goes and not (self.aim.minds_names or spec.param_kind or spec.audit_annotations or self.policy.beside.bindings)

    @cached_property
    def minds_namespace(self) -> bool:
        """Whether it may read more of the namespace than its name: its object, or its labels."""
        labels = {key for constraints in self._constraints for key in constraints.namespace_selector.keys}
        return bool(labels - {NAMESPACE_NAME}) or bool(NAMESPACE_OBJECT.search(self._texts))

    @cached_property
    def minds_former(self) -> bool:
        """Whether it may judge an update otherwise than a creation, or by what the object was."""
        rules = (rule for one in self._constraints for rule in (*one.resource_rules, *one.exclude_resource_rules))
        selects = any(one.object_selector != LabelSelector() for one in self._constraints)
        if selects or any(rule.tells_updates_apart for rule in rules) or OLD_OBJECT.search(self._texts):
            return True
        return bool(REQUEST.search(self._texts) and OPERATION.search(self._texts))

    @cached_property
    def probes_user(self) -> bool:
        """Whether it asks if it is known who sends the object: where it is not, a cluster would say otherwise."""
        return any(map(_probes_user, vap.expressions(self.policy.spec)))

    @cached_property
    def chosen_by_user(self) -> bool:
        """Whether it does so to tell what it is about."""
        return any(_probes_user(condition.expression) for condition in self.policy.spec.match_conditions)

    @property
    def _constraints(self) -> tuple[MatchConstraints, ...]:
        return (self.policy.spec.match_constraints, *(binding.spec.match_resources for binding in self.policy.beside.bindings))

    @property
    def _texts(self) -> str:
        return "\n".join((*vap.expressions(self.policy.spec), *vap.decorations(self.policy.spec)))

    @property
    def name(self) -> str:
        return self.policy.name

    @property
    def enforcement(self) -> Enforcement:
        """The default of the file."""
        return self.policy.guidance.enforcement


@dataclass(frozen=True)
class _Parts:
    conditions: tuple[Program, ...]
    variables: Mapping[str, Program]
    checks: tuple[Check, ...]
    annotations: Mapping[str, Program]


NO_ANNOTATIONS: Mapping[str, Program] = MappingProxyType({})


def compile_policy(policy: Policy) -> CompiledPolicy:
    """Raises PolicyError with every expression that does not compile or has the wrong type: file, line, column."""
    compiled = CompiledPolicy(policy, _aim(policy), as_written=policy.spec.as_written)
    vars(compiled)["_parts"] = _parts(policy, checks_constants=True)
    return compiled


def compile_policies(policies: Iterable[Policy]) -> tuple[CompiledPolicy, ...]:
    """Ready to judge. Raises PolicyError with every expression that does not compile, in all of them."""
    compiled: list[CompiledPolicy] = []
    problems: list[Problem] = []
    for policy in policies:
        try:
            compiled.append(compile_policy(policy))
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(*problems)
    return tuple(compiled)


def proven_policy(policy: Policy) -> CompiledPolicy:
    """The same for a policy that ships, and so was compiled before: nothing is compiled that is not needed, and nothing filled in."""
    return CompiledPolicy(policy, _aim(policy), as_written=True)


def broken_policy(policy: Policy, error: PolicyError) -> CompiledPolicy:
    """One that says of everything that it is about that it cannot judge, and why."""
    return CompiledPolicy(policy, _aim(policy), error.problems)


def _aim(policy: Policy) -> Aim:
    return Aim(policy.spec.match_constraints, policy.spec.pod_templates)


def _parts(policy: Policy, *, checks_constants: bool = False) -> _Parts:
    compiler = _Compiler(policy, checks_constants=checks_constants)
    variables = compiler.variables()
    checks = tuple(compiler.check(index, validation) for index, validation in enumerate(policy.spec.validations))
    conditions = tuple(
        compiler.program(condition.expression, ("spec", "matchConditions", index, "expression"), BOOL, variables=False)
        for index, condition in enumerate(policy.spec.match_conditions)
    )
    annotations = compiler.annotations()
    if compiler.problems:
        raise PolicyError(*compiler.problems)
    return _Parts(conditions, variables, checks, annotations)


def _probes_user(text: str) -> bool:
    return "userInfo" in text and PROBES_USER.search(text) is not None


def _names(policy: Policy) -> tuple[str, ...]:
    return (*VARIABLES, PARAMS) if policy.spec.param_kind else VARIABLES


def _fast(policy: Policy, text: str) -> Program | None:
    """A short cut; without it everything is judged on its own, with the same result."""
    return cel.shortcut(text, _names(policy))


NOTHING = cel.compile("null")


class _Compiler:
    """Compiles the expressions of one policy and gathers what is wrong with them."""

    def __init__(self, policy: Policy, *, checks_constants: bool) -> None:
        self.policy = policy
        self.checks_constants = checks_constants
        self.problems: list[Problem] = []
        self._types: dict[str, str] = {}
        self._names = _names(policy)

    def variables(self) -> dict[str, Program]:
        """In order; each sees those before it, and has the static type of its expression."""
        programs: dict[str, Program] = {}
        for index, variable in enumerate(self.policy.spec.variables):
            program = self.program(variable.expression, ("spec", "variables", index, "expression"))
            programs[variable.name] = program
            self._types[f"variables.{variable.name}"] = DYN if program is NOTHING else program.returns
        return programs

    def check(self, index: int, validation: Validation) -> Check:
        at: tuple[Token, ...] = ("spec", "validations", index)
        element = (validation.each.name,) if validation.each else ()
        patterns = tuple((*parse(pointer), "*") for pointer in validation.each.lists) if validation.each else ()
        return Check(
            index=index,
            validation=validation,
            program=self.program(validation.expression, (*at, "expression"), BOOL, element=element),
            verdicts=self._verdicts(validation),
            message=self._optional(validation.message_expression, (*at, "messageExpression"), STRING, element),
            expected=self._optional(validation.expected_expression, (*at, "expectedExpression"), DYN, element),
            fix=tuple(
                CompiledStep(
                    step, parse(step.pointer), self._optional(step.value_expression, (*at, "fix", n, "valueExpression"), DYN, element)
                )
                for n, step in enumerate(validation.fix)
            ),
            tokens=parse(validation.path),
            patterns=patterns,
        )

    def annotations(self) -> dict[str, Program]:
        """The key of each audit annotation, and the text or null that it notes."""
        programs: dict[str, Program] = {}
        for index, annotation in enumerate(self.policy.spec.audit_annotations):
            at = ("spec", "auditAnnotations", index, "valueExpression")
            program = programs[annotation.key] = self.program(annotation.value_expression, at)
            if program.returns not in {STRING, NULL, DYN}:
                self.problems.append(
                    self.policy.source.problem(at, f"the expression gives {program.returns}, but it must give STRING or null")
                )
        return programs

    def program(
        self, text: str, at: tuple[Token, ...], wanted: str = DYN, *, element: tuple[str, ...] = (), variables: bool = True
    ) -> Program:
        """The program; on a problem, which is kept, one that must not be run."""
        source = self.policy.source
        try:
            program = cel.compile(text, (*self._names, *element), self._types if variables else {})
        except ExpressionError as error:
            self._does_not_compile(at, error.message, error.line, error.column)
            return NOTHING
        if self.checks_constants:
            for mistake in cel.mistakes(program):
                self._does_not_compile(at, *mistake)
        if wanted != DYN and program.returns not in {wanted, DYN}:
            self.problems.append(source.problem(at, f"the expression gives {program.returns}, but it must give {wanted}"))
        return program

    def _does_not_compile(self, at: tuple[Token, ...], message: str, line: int, column: int) -> None:
        source = self.policy.source
        place = source.inside(at, line, column)
        self.problems.append(Problem(source.file, *place, f"the expression does not compile: {message}"))

    def _verdicts(self, validation: Validation) -> tuple[Program, ...]:
        variables = self.policy.spec.variables
        texts = [vap.with_variables(text, vap.used_variables(text, variables)) for text in vap.verdicts(validation)]
        programs = tuple(_fast(self.policy, text) for text in texts)
        return tuple(program for program in programs if program) if all(programs) else ()

    def _optional(self, text: str | None, at: tuple[Token, ...], wanted: str, element: tuple[str, ...]) -> Program | None:
        return None if text is None else self.program(text, at, wanted, element=element)
