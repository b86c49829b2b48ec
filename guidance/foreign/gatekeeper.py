"""Gatekeeper's constraints, with the ConstraintTemplates that say in CEL what they ask for.

A constraint and its template make one policy, called `KIND.NAME`. Its parameters are a variable of it, so that it stands for itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import find
from guidance.documents.schema import Strict, validated
from guidance.documents.source import PolicyError
from guidance.foreign.bodies import Anything
from guidance.foreign.constraints import Constraint, conditions, matched, pod_templates
from guidance.foreign.described import guidance
from guidance.foreign.literals import literal
from guidance.foreign.parts import Object, Part, Path
from guidance.policies.policy import Enforcement, MatchCondition, Metadata, Policy, Spec, Text, Validation, Variable

TEMPLATES, CONSTRAINTS, TEMPLATE = "templates.gatekeeper.sh", "constraints.gatekeeper.sh", "ConstraintTemplate"
KIND_AT = ("spec", "crd", "spec", "names", "kind")
ENGINE = "K8sNativeValidation"
GIVEN = ("anyObject", "params")
"""The variables that every template can read."""
RESERVED = "gatekeeper_internal_"


class Lenient(Strict):
    __pydantic_config__: ClassVar[dict[str, object]] = {**Strict.__pydantic_config__, "extra": "ignore"}


class Code(Strict):
    engine: str
    source: JsonValue = None


class Target(Lenient):
    target: Literal["admission.k8s.gatekeeper.sh"]
    code: tuple[Code, ...] = ()
    rego: str | None = None


class Names(Lenient):
    kind: Text


class CrdSpec(Lenient):
    names: Names
    validation: dict[str, JsonValue] = field(default_factory=dict)


class Crd(Lenient):
    spec: CrdSpec


class TemplateBody(Strict):
    crd: Crd
    targets: tuple[Target, ...] = field(metadata={"min_length": 1, "max_length": 1})


class Template(Anything):
    api_version: Literal["templates.gatekeeper.sh/v1", "templates.gatekeeper.sh/v1beta1", "templates.gatekeeper.sh/v1alpha1"]
    spec: TemplateBody


class Rule(Strict):
    expression: Text
    message: str = field(default="", metadata={"pattern": r"^[^\n]*$"})
    message_expression: str = ""


class Source(Strict):
    """What the engine reads. Gatekeeper itself knows the conditions by the name `matchCondition` alone."""

    validations: tuple[Rule, ...] = field(metadata={"min_length": 1})
    variables: tuple[Variable, ...] = ()
    match_condition: tuple[MatchCondition, ...] = ()
    match_conditions: tuple[MatchCondition, ...] = ()
    failure_policy: Literal["Fail", "Ignore"] = "Fail"
    generate_vap: bool | None = field(default=None, metadata={"alias": "generateVAP"})


@dataclass(frozen=True)
class ReadTemplate:
    """`at` is where its CEL stands in the object."""

    part: Part
    kind: str
    schema: JsonValue
    source: Source
    at: Path


def template(part: Part) -> ReadTemplate:
    """Raises PolicyError, also for what is written in another language."""
    read = validated(Template, part)
    index = _code(part, read.spec.targets[0])
    at: Path = ("spec", "targets", 0, "code", index, "source")
    source = validated(Source, part.within(at))
    for number, variable in enumerate(source.variables):
        if variable.name in GIVEN or variable.name.startswith(RESERVED):
            told = f"{variable.name!r} cannot be the name of a variable: Gatekeeper gives it"
            raise PolicyError(part.problem((*at, "variables", number, "name"), told))
    return ReadTemplate(part, read.spec.crd.spec.names.kind, read.spec.crd.spec.validation.get("openAPIV3Schema"), source, at)


def policy(part: Part, template: ReadTemplate) -> Policy:
    """Raises PolicyError."""
    read = validated(Constraint, part)
    name = f"{part.kind.lower()}.{part.name}"
    match, source = read.spec.match, template.source
    own = source.match_condition + source.match_conditions
    given = conditions(match)
    parameters = None if read.spec.parameters is None else _with_defaults(read.spec.parameters, template.schema)
    spec = Spec(
        match_constraints=matched(match),
        match_conditions=own + given,
        variables=(
            Variable(name="anyObject", expression="object"),
            Variable(name="params", expression=literal(parameters)),
            *source.variables,
        ),
        validations=tuple(
            Validation(expression=rule.expression, message=rule.message, message_expression=rule.message_expression or None)
            for rule in source.validations
        ),
        failure_policy=source.failure_policy,
        pod_templates=pod_templates(part, match),
    )
    level = Enforcement.HARD_MANDATORY if read.spec.denies else Enforcement.ADVISORY
    return Policy(Metadata(name=name), guidance(template.part, level, name), spec, template.part.moved(_moves(template)))


def _code(part: Part, target: Target) -> int:
    """Which code is CEL: Gatekeeper too prefers it where there is Rego beside it."""
    index = next((number for number, code in enumerate(target.code) if code.engine == ENGINE), None)
    if index is not None:
        return index
    at: Path = ("spec", "targets", 0, "rego") if target.rego is not None else ("spec", "targets", 0, "code", 0, "engine")
    engine = target.code[0].engine if target.code and target.rego is None else "Rego"
    told = f"the ConstraintTemplate {part.name} is written in {engine}, which cannot be judged here: only {ENGINE} (CEL) is read"
    raise PolicyError(part.problem(at, told))


def _moves(template: ReadTemplate) -> Iterator[tuple[Path, Path]]:
    """From the policy to the template: two variables come first."""
    at, source = template.at, template.source
    for name in ("validations", "failurePolicy"):
        yield ("spec", name), (*at, name)
    for index in range(len(source.variables)):
        yield ("spec", "variables", index + len(GIVEN)), (*at, "variables", index)
    names = ["matchCondition"] * len(source.match_condition) + ["matchConditions"] * len(source.match_conditions)
    for index, name in enumerate(names):
        yield ("spec", "matchConditions", index), (*at, name, index - names.index(name))


def _with_defaults(value: JsonValue, schema: JsonValue) -> JsonValue:
    """As the API server stores it: what is left out gets the default of its schema, however deep it lies."""
    if not isinstance(schema, dict):
        return value
    if isinstance(value, list):
        return [_with_defaults(item, schema.get("items")) for item in value]
    if not isinstance(value, dict):
        return value
    properties = find(schema, ("properties",))
    known: Mapping[str, JsonValue] = properties if isinstance(properties, dict) else {}
    defaults: Object = {
        name: inner["default"] for name, inner in known.items() if isinstance(inner, dict) and "default" in inner and name not in value
    }
    return {name: _with_defaults(item, known.get(name, schema.get("additionalProperties"))) for name, item in {**value, **defaults}.items()}
