"""Kubernetes' ValidatingAdmissionPolicy with its bindings."""

from collections.abc import Sequence
from typing import Literal

from guidance.documents.schema import validated
from guidance.foreign.bodies import Anything, Body
from guidance.foreign.described import asked_for, guidance, pod_templates
from guidance.foreign.parts import Part
from guidance.policies.binding import Binding, ParamKind
from guidance.policies.policy import Enforcement, Metadata, Policy

GROUP, POLICY, BINDING = "admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"


class AdmissionBody(Body):
    param_kind: ParamKind | None = None


class AdmissionPolicy(Anything):
    api_version: Literal["admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"]
    spec: AdmissionBody


def policy(part: Part, bindings: Sequence[Binding]) -> Policy:
    """As strict as the strictest of its bindings; hard-mandatory where none is known. Raises PolicyError."""
    read = validated(AdmissionPolicy, part)
    name = read.metadata.name
    mine = [binding for binding in bindings if binding.spec.policy_name == name]
    denies = not mine or any(binding.denies for binding in mine)
    level = asked_for(part) or (Enforcement.HARD_MANDATORY if denies else Enforcement.ADVISORY)
    spec = read.spec.ours(param_kind=read.spec.param_kind, pod_templates=pod_templates(part))
    return Policy(Metadata(name=name), guidance(part, level, name), spec, part)


def binding(part: Part) -> Binding:
    """Raises PolicyError."""
    return validated(Binding, part)
