"""Kyverno's ValidatingPolicy, of the whole cluster or of one namespace."""

from typing import Literal

from guidance.documents.jsontype import JsonValue
from guidance.documents.schema import Strict, validated
from guidance.documents.source import PolicyError
from guidance.foreign.bodies import Anything, Body
from guidance.foreign.described import guidance
from guidance.foreign.literals import quoted
from guidance.foreign.parts import Part
from guidance.manifests.resources import POD
from guidance.policies.matching import LabelSelector, MatchConstraints
from guidance.policies.policy import Enforcement, MatchCondition, Metadata, PodMaker, Policy

GROUP, CLUSTER_KIND, NAMESPACED_KIND = "policies.kyverno.io", "ValidatingPolicy", "NamespacedValidatingPolicy"
VERSIONS = Literal["policies.kyverno.io/v1", "policies.kyverno.io/v1beta1", "policies.kyverno.io/v1alpha1"]
CONTROLLERS: dict[str, PodMaker] = {
    "cronjobs": "CronJob", "daemonsets": "DaemonSet", "deployments": "Deployment", "jobs": "Job", "replicasets": "ReplicaSet",
    "statefulsets": "StatefulSet",
}  # fmt: skip
"""What `autogen` can be told; all of them when it is told nothing."""
Controller = Literal["cronjobs", "daemonsets", "deployments", "jobs", "replicasets", "statefulsets"]


class Controllers(Strict):
    controllers: tuple[Controller, ...] | None = None


class Autogen(Strict):
    """`validatingAdmissionPolicy` tells Kyverno to let the cluster judge; what is judged stays the same."""

    pod_controllers: Controllers = Controllers()
    validating_admission_policy: JsonValue = None


class Switch(Strict):
    enabled: bool = True


class Evaluation(Strict):
    mode: str = "Kubernetes"
    admission: Switch = Switch()
    background: Switch = Switch()


class ValidatingBody(Body):
    autogen: Autogen = Autogen()
    evaluation: Evaluation = Evaluation()
    validation_actions: tuple[Literal["Deny", "Audit", "Warn"], ...] = ()
    webhook_configuration: JsonValue = None

    @property
    def denies(self) -> bool:
        """Without actions it does; what is not asked at admission only reports."""
        return self.evaluation.admission.enabled and (not self.validation_actions or "Deny" in self.validation_actions)


class ValidatingPolicy(Anything):
    api_version: VERSIONS
    spec: ValidatingBody


def policy(part: Part) -> Policy:
    """Raises PolicyError."""
    read = validated(ValidatingPolicy, part)
    body = read.spec
    if body.evaluation.mode != "Kubernetes":
        told = f"evaluation.mode {body.evaluation.mode} is about other things than objects of Kubernetes, which cannot be judged here"
        raise PolicyError(part.problem(("spec", "evaluation", "mode"), told))
    name = f"{part.namespace}.{part.name}" if part.kind == NAMESPACED_KIND else part.name
    spec = body.ours(pod_templates=_makers(body), conditions=_in_its_namespace(part))
    level = Enforcement.HARD_MANDATORY if body.denies else Enforcement.ADVISORY
    return Policy(Metadata(name=name), guidance(part, level, name), spec, part)


def _makers(body: ValidatingBody) -> tuple[PodMaker, ...]:
    if not _generates(body.match_constraints):
        return ()
    wanted = body.autogen.pod_controllers.controllers
    return tuple(CONTROLLERS.values()) if wanted is None else tuple(CONTROLLERS[name] for name in wanted)


def _generates(constraints: MatchConstraints) -> bool:
    """Kyverno carries a policy over to workloads only where it is about all pods, and about nothing else."""
    rule, *more = constraints.resource_rules
    return (
        not more
        and not constraints.exclude_resource_rules
        and constraints.object_selector == constraints.namespace_selector == LabelSelector()
        and not rule.resource_names
        and (rule.api_groups, rule.api_versions, rule.resources) == ((POD.group,), (POD.version,), (POD.plural,))
    )


def _in_its_namespace(part: Part) -> tuple[MatchCondition, ...]:
    if part.kind != NAMESPACED_KIND:
        return ()
    if not part.namespace:
        raise PolicyError(part.problem(("metadata",), f"metadata.namespace is missing: a {NAMESPACED_KIND} holds in its namespace"))
    return (MatchCondition(name="in-its-namespace", expression=f"request.namespace == {quoted(part.namespace)}"),)
