"""A policy as its author writes it: one YAML file.

`spec` is the body of Kubernetes' ValidatingAdmissionPolicy. On top of it, a validation may say for each of which elements it holds
(`each`), what is wrong there (`path`, `expected`) and how to mend it (`fix`): what a finding tells. From `each` follows the plain
expression that a cluster can enforce (`vap.py`), so nothing has to be written twice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

import yaml

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import WILDCARD, parse
from guidance.documents.schema import Checked, Constrained, Strict, built, validated
from guidance.documents.source import Loader, Source, joined, read
from guidance.manifests.resources import CONTAINER_LISTS
from guidance.memo import memo
from guidance.policies.binding import ALONE, Beside, ParamKind
from guidance.policies.matching import MatchConstraints
from guidance.policies.versions import EVERY_VERSION, Versions

API_VERSION = "guidance.autonomy/v1"
NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,48}[a-z0-9])?")
RESERVED = ("object", "oldObject", "request", "params", "namespaceObject", "variables", "authorizer")
"""What Kubernetes binds itself."""


class Enforcement(StrEnum):
    """What a violation means: told, refused unless the policy's owners approve an override, or refused."""

    ADVISORY = "advisory"
    SOFT_MANDATORY = "soft-mandatory"
    HARD_MANDATORY = "hard-mandatory"

    @property
    def rank(self) -> int:
        return RANKS[self]


RANKS = {level: rank for rank, level in enumerate(Enforcement)}


class Severity(StrEnum):
    """How bad it is when nobody mends it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


def _is_slug(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError("must be lower-case letters, digits and dashes, at most 50")
    return text


def _is_pointer(text: str) -> str:
    parse(text)
    return text


def _is_inner_pointer(text: str) -> str:
    if not parse(text):
        raise ValueError("must name a member, such as /securityContext/privileged")
    return text


def _is_identifier(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise ValueError(f"{text!r} cannot be the name of a variable")
    return text


def _is_free(text: str) -> str:
    if text in RESERVED:
        raise ValueError(f"{text!r} cannot be the name of a variable: Kubernetes binds it")
    return _is_identifier(text)


def _is_list_pointer(text: str) -> str:
    if not parse(text) or parse(text)[-1] == WILDCARD or parse(text)[0] == WILDCARD:
        raise ValueError(f"{text!r} must lead from the object to a list, such as /spec/containers or /spec/containers/*/ports")
    return text


Slug = Annotated[str, Checked(_is_slug)]
Pointer = Annotated[str, Checked(_is_pointer)]
InnerPointer = Annotated[str, Checked(_is_inner_pointer)]
Identifier = Annotated[str, Checked(_is_identifier)]
"""Of `variables.NAME`."""
FreeName = Annotated[str, Checked(_is_free)]
ListPointer = Annotated[str, Checked(_is_list_pointer)]
Text = Annotated[str, Constrained(min_length=1)]


class Metadata(Strict):
    name: Slug


class Guidance(Strict):
    """What people read, who owns the policy, and how strictly it starts."""

    title: Text
    rationale: Text
    severity: Severity
    enforcement: Enforcement
    """The default; the level in force stands outside of the file."""
    version: str = field(metadata={"pattern": r"^\d+\.\d+\.\d+$", "max_length": 16})
    owner: str = field(metadata={"pattern": r"^[a-z0-9][-a-z0-9]*$"})
    """The slug of the group that approves changes, overrides and exemptions."""
    controls: tuple[Text, ...] = ()
    kubernetes: Versions = EVERY_VERSION
    """Where a control changed from one version to the next, several files of a folder have one name and ranges that do not overlap."""
    replaces: tuple[Slug, ...] = ()
    """Policies that ask for nothing more than this one: where both are chosen, this one is enough."""


class Each(Strict):
    """The elements that a validation judges one by one: those of these lists (pointers within the object; `*` is every element)."""

    name: FreeName = field(metadata={"alias": "as"})
    lists: tuple[ListPointer, ...] = field(metadata={"alias": "in", "min_length": 1})


CONTAINERS = {"as": "container", "in": [f"/spec/{name}" for name in CONTAINER_LISTS]}


def _spelt_out(value: object) -> object:
    """The containers of a pod have a short form."""
    if isinstance(value, str) and value != "containers":
        raise ValueError("must be 'containers', or 'as' and 'in'")
    return CONTAINERS if value == "containers" else value


class FixStep(Strict):
    """`set` a path to a value, or `remove` it; paths are relative to the element, or to the object where there is no `each`."""

    set: InnerPointer | None = None
    remove: InnerPointer | None = None
    value: JsonValue = None
    value_expression: str | None = None
    """CEL, with the same variables as the validation; null: no safe value is known, so no fix is offered."""

    def __post_init__(self) -> None:
        if (self.set is None) == (self.remove is None):
            raise ValueError("must have exactly one of 'set' and 'remove'")
        if (self.set is not None) != ((self.value is None) != (self.value_expression is None)):
            raise ValueError("'set' needs exactly one of 'value' (not null) and 'valueExpression', 'remove' takes none")

    @property
    def pointer(self) -> str:
        return self.set or self.remove or ""


class Variable(Strict):
    name: Identifier
    expression: Text


class MatchCondition(Strict):
    name: Text
    expression: Text


class Validation(Strict):
    """A rule. Without `each` it judges the whole object; with it, `expression`, messages and fix see one element."""

    expression: Text
    message: str = field(default="", metadata={"pattern": r"^[^\n]*$"})
    message_expression: str | None = None
    reason: Literal["Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"] = "Invalid"
    each: Annotated[Each | None, Checked(_spelt_out, before=True)] = None
    path: Pointer = ""
    expected: JsonValue = None
    expected_expression: str | None = None
    fix: tuple[FixStep, ...] = ()

    def __post_init__(self) -> None:
        if self.expected is not None and self.expected_expression is not None:
            raise ValueError("has both 'expected' and 'expectedExpression': keep one")


class AuditAnnotation(Strict):
    """Something to note about an object that passed through; null notes nothing."""

    key: str = field(metadata={"pattern": r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"})
    value_expression: Text


PodMaker = Literal[
    "CronJob", "DaemonSet", "Deployment", "Job", "PodTemplate", "ReplicaSet", "ReplicationController", "StatefulSet",
]  # fmt: skip


class Spec(Strict):
    """The body, as in `admissionregistration.k8s.io/v1`."""

    param_kind: ParamKind | None = None
    match_constraints: MatchConstraints
    match_conditions: tuple[MatchCondition, ...] = ()
    variables: tuple[Variable, ...] = ()
    validations: tuple[Validation, ...] = ()
    audit_annotations: tuple[AuditAnnotation, ...] = ()
    failure_policy: Literal["Fail", "Ignore"] = "Fail"
    pod_templates: tuple[PodMaker, ...] | None = None
    """The kinds whose pod templates are judged too where the policy is about pods; null: all. A cluster judges pods alone."""
    as_written: bool = False
    """About what people wrote: nothing is filled in that Kubernetes fills in before it asks policies. A cluster cannot do that."""

    def __post_init__(self) -> None:
        if not self.validations and not self.audit_annotations:
            raise ValueError("must have 'validations' or 'auditAnnotations'")


class ExpectedFinding(Strict):
    """What an example must be told: where, and (unless null) the exact message; `fixed` whether a fix must be offered."""

    path: Pointer
    message: str | None = None
    container: str | None = None
    fixed: bool = True


class Passing(Strict):
    name: Text
    namespace_object: dict[str, JsonValue] | None = None
    """The Namespace that the manifest goes to, where the policy reads it."""
    old: dict[str, JsonValue] | None = None
    """What the manifest replaces, where the example is an update."""
    manifest: dict[str, JsonValue]


class Failing(Passing):
    findings: tuple[ExpectedFinding, ...] = field(metadata={"min_length": 1})


class Examples(Strict):
    """Run by `judging.examples.problems`."""

    passing: tuple[Passing, ...] = field(metadata={"alias": "pass", "min_length": 1})
    failing: tuple[Failing, ...] = field(metadata={"alias": "fail", "min_length": 1})


class Head(Strict):
    """All of a policy file but its examples."""

    api_version: Literal["guidance.autonomy/v1"]
    kind: Literal["Policy"]
    metadata: Metadata
    guidance: Guidance
    spec: Spec


class Whole(Head):
    examples: Examples


@dataclass(frozen=True)
class Policy:
    """A policy file, read and checked; `judging.compiled.compile_policy` makes it run."""

    metadata: Metadata
    guidance: Guidance
    spec: Spec
    source: Source
    """Where everything was written."""
    beside: Beside = ALONE

    @property
    def name(self) -> str:
        return self.metadata.name

    @property
    def text(self) -> str:
        """The whole file: the policy, and what belongs to it as further documents."""
        return joined(self.source.text, *(one.document for one in self.beside.sources))

    @cached_property
    def examples(self) -> Examples:
        """None where it was written for another engine."""
        if not self.source.is_ours:
            return Examples(passing=(), failing=())
        return validated(Whole, self.source).examples


def parse_policy(text: str, file: str) -> Policy:
    """Read a policy. `file` is only named in errors. Raises PolicyError with every problem: file, line, column, what to do."""
    return policy_of(read(text, file))


def policy_of(source: Source) -> Policy:
    """Raises PolicyError."""
    whole = validated(Whole, source)
    return Policy(whole.metadata, whole.guidance, whole.spec, source)


def skim_policy(text: str, file: str) -> Policy:
    """The same, some times faster, for a file that was read whole before: examples and places are read when they are asked for."""
    head = built(Head, memo.of("policy", text.partition("\nexamples:\n")[0], _value))
    return Policy(head.metadata, head.guidance, head.spec, Source(file, text))


def _value(text: str) -> Mapping[str, JsonValue]:
    value: dict[str, JsonValue] = yaml.load(text, Loader=Loader)  # noqa: S506 it is the safe loader
    return value
