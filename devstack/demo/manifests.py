"""What runs in the demo's namespaces: a Deployment per team and environment, a quota each, and one Deployment that fails."""

from typing import Any

Manifest = dict[str, Any]

NAMESPACES = ("payments-dev", "payments-prod", "search-dev", "search-prod", "platform-system")
WORKLOADS = (
    ("payments-dev", "api", "registry.example/payments/api:2.3.0", 2),
    ("payments-prod", "api", "registry.example/payments/api:2.2.1", 3),
    ("payments-dev", "ledger-export", "registry.example/payments/does-not-exist:0.1.0", 1),
    ("search-dev", "api", "registry.example/search/api:1.9.0", 1),
    ("search-prod", "api", "registry.example/search/api:1.8.4", 3),
    ("platform-system", "ingress", "registry.example/platform/ingress:4.1.0", 2),
)


def all_manifests() -> list[Manifest]:
    """In the order in which they can be applied."""
    return [
        *(namespace(name) for name in NAMESPACES),
        *(quota(name) for name in NAMESPACES),
        *(deployment(*workload) for workload in WORKLOADS),
    ]


def namespace(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def quota(namespace: str) -> Manifest:
    hard = {"requests.cpu": "4", "requests.memory": "8Gi", "limits.memory": "16Gi", "pods": "40"}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "compute", "namespace": namespace}, "spec": {"hard": hard}}


def deployment(namespace: str, name: str, image: str, replicas: int) -> Manifest:
    """A manifest that meets every policy of the default pack."""
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": namespace.rpartition("-")[0]}
    container = {
        "name": name,
        "image": image,
        "ports": [{"containerPort": 8080}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": {"runAsNonRoot": True, "privileged": False, "allowPrivilegeEscalation": False},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app.kubernetes.io/name": name}},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
