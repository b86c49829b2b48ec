"""The CEL of a policy as Kubernetes has it; other engines write theirs in the same words."""

from dataclasses import field
from typing import Literal

from guidance.documents.jsontype import JsonValue
from guidance.documents.schema import Strict
from guidance.policies.binding import Metadata, ParamKind
from guidance.policies.matching import MatchConstraints
from guidance.policies.policy import AuditAnnotation, MatchCondition, PodMaker, Spec, Text, Validation, Variable


class PlainValidation(Strict):
    """A rule about the whole object."""

    expression: Text
    message: str = field(default="", metadata={"pattern": r"^[^\n]*$"})
    message_expression: str = ""
    reason: Literal["Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"] = "Invalid"

    def ours(self) -> Validation:
        return Validation(
            expression=self.expression, message=self.message, message_expression=self.message_expression or None, reason=self.reason
        )


class Body(Strict):
    """What ValidatingAdmissionPolicy and Kyverno's ValidatingPolicy share."""

    match_constraints: MatchConstraints
    match_conditions: tuple[MatchCondition, ...] = ()
    variables: tuple[Variable, ...] = ()
    validations: tuple[PlainValidation, ...] = ()
    audit_annotations: tuple[AuditAnnotation, ...] = ()
    failure_policy: Literal["Fail", "Ignore"] = "Fail"

    def __post_init__(self) -> None:
        if not self.validations and not self.audit_annotations:
            raise ValueError("must have 'validations' or 'auditAnnotations'")

    def ours(
        self,
        *,
        param_kind: ParamKind | None = None,
        pod_templates: tuple[PodMaker, ...] | None = None,
        conditions: tuple[MatchCondition, ...] = (),
    ) -> Spec:
        """`conditions` come before those of the body."""
        return Spec(
            param_kind=param_kind,
            pod_templates=pod_templates,
            match_constraints=self.match_constraints,
            match_conditions=conditions + self.match_conditions,
            variables=self.variables,
            validations=tuple(validation.ours() for validation in self.validations),
            audit_annotations=self.audit_annotations,
            failure_policy=self.failure_policy,
        )


class Anything(Strict):
    """The head of an object; `status` is what its controller says."""

    api_version: str
    kind: str
    metadata: Metadata
    status: JsonValue = None
