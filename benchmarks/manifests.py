"""Deployments to judge."""

from typing import Any

DEPLOYMENTS = 1000
Manifest = dict[str, Any]


def container(name: str, number: int) -> Manifest:
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10}
    return {
        "name": name,
        "image": f"registry.internal/{name}:1.4.{number}",
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": {"runAsNonRoot": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "ports": [{"containerPort": 8080, "name": "http"}],
        "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "REGION", "value": "eu"}],
        "livenessProbe": probe,
        "readinessProbe": probe,
    }


def deployment(number: int, failing: bool) -> Manifest:
    """About 2.4 kB of YAML; every tenth fails one policy when `failing`."""
    containers = [container("web", number), container("proxy", number)]
    if failing and number % 10 == 0:
        containers[0]["securityContext"]["privileged"] = True
    labels = {"app.kubernetes.io/name": f"api-{number}", "app.kubernetes.io/part-of": "checkout"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"api-{number}", "namespace": "payments-dev", "labels": labels},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": f"api-{number}"}},
            "template": {"metadata": {"labels": {"app": f"api-{number}"}}, "spec": {"containers": containers}},
        },
    }
