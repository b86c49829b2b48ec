"""Manifests to judge."""

from typing import Any

Manifest = dict[str, Any]
GOOD_CONTAINER: Manifest = {
    "name": "web",
    "image": "api:1.4.2",
    "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}},
    "securityContext": {"runAsNonRoot": True},
}
LABELS = {"app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": "checkout"}

WORKLOADS = {
    "Deployment": ("apps/v1", "/spec/template"),
    "StatefulSet": ("apps/v1", "/spec/template"),
    "DaemonSet": ("apps/v1", "/spec/template"),
    "ReplicaSet": ("apps/v1", "/spec/template"),
    "ReplicationController": ("v1", "/spec/template"),
    "Job": ("batch/v1", "/spec/template"),
    "CronJob": ("batch/v1", "/spec/jobTemplate/spec/template"),
    "PodTemplate": ("v1", "/template"),
}


def container(**changes: Any) -> Manifest:
    return {**GOOD_CONTAINER, **changes}


def pod_spec(**changes: Any) -> Manifest:
    return {"containers": [container()], **changes}


def workload(kind: str, spec: Manifest) -> Manifest:
    """A manifest of any kind that makes pods (or a Pod) around this pod spec."""
    if kind == "Pod":
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": spec}
    api_version, at = WORKLOADS[kind]
    inner: Manifest = {"spec": spec}
    for member in reversed(at.split("/")[1:]):
        inner = {member: inner}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "api", "labels": dict(LABELS)}, **inner}


def deployment(**changes: Any) -> Manifest:
    """A Deployment that no shipped policy finds anything in, but for these changes of its only container."""
    return workload("Deployment", {"containers": [container(**changes)]})
