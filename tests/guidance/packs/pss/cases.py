"""Pods, and in which versions of Kubernetes which control of the Pod Security Standards refuses them.

Written from Kubernetes' own admission, k8s.io/pod-security-admission: its minimum versions and its lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from guidance.policies.versions import KubernetesVersion, Versions

Manifest = dict[str, Any]
Refusals = Mapping[str, Versions]
"""For each policy that refuses, the versions in which it does."""


def since(first: str) -> Versions:
    return Versions.model_validate({"from": first})


def until(last: str) -> Versions:
    return Versions.model_validate({"to": last})


def between(first: str, last: str) -> Versions:
    return Versions.model_validate({"from": first, "to": last})


ALWAYS = Versions()


@dataclass(frozen=True)
class Case:
    """`valid` is false for pods that an API server refuses before it asks the standards: they can only be judged here."""

    pod: Manifest
    baseline: Refusals = field(default_factory=dict)
    restricted: Refusals = field(default_factory=dict)
    valid: bool = True

    def refused_by(self, level: str, version: KubernetesVersion) -> set[str]:
        refusals = self.baseline if level == "baseline" else self.restricted
        return {policy for policy, versions in refusals.items() if version in versions}


HARDENED: Manifest = {
    "name": "web",
    "image": "api:1.4.2",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
POD_CONTEXT: Manifest = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def container(context: Manifest | None = None, **changes: Any) -> Manifest:
    """One that every level takes, but for these changes of its security context and of itself."""
    return {**HARDENED, "securityContext": {**HARDENED["securityContext"], **(context or {})}, **changes}


def pod(
    context: Manifest | None = None, *, annotations: Manifest | None = None, pod_context: Manifest | None = None, **spec: Any
) -> Manifest:
    """One that every level takes in every version, but for these changes; `context` is that of its only container."""
    metadata: Manifest = {"name": "api", **({"annotations": annotations} if annotations else {})}
    whole = {"containers": [container(context)], "securityContext": {**POD_CONTEXT, **(pod_context or {})}, **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": whole}


def bare(context: Manifest | None = None, **spec: Any) -> Manifest:
    """A pod of one container that has nothing but this security context, whose pod has none."""
    only = {"name": "web", "image": "api:1.4.2", **({"securityContext": context} if context is not None else {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": {"containers": [only], **spec}}


class Refused(TypedDict, total=False):
    """By level."""

    baseline: Refusals
    restricted: Refusals


def everywhere(policy: str, versions: Versions = ALWAYS) -> Refused:
    """The same control at both levels."""
    return {"baseline": {policy: versions}, "restricted": {policy: versions}}
