"""Kubernetes objects and how to apply them."""

from typing import Any

import httpx

Object = dict[str, Any]


def pod_spec(image: str) -> Object:
    return {"containers": [{"name": "main", "image": image, "resources": {"requests": {"cpu": "100m"}}}]}


def pod(name: str, image: str = "registry.example/api:1") -> Object:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": pod_spec(image)}


def deployment(name: str, *, image: str = "registry.example/api:1", replicas: int = 1) -> Object:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": pod_spec(image)}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def network_policy(name: str) -> Object:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }


def quota(name: str, **hard: str) -> Object:
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": {"hard": hard}}


def apply(client: httpx.Client, namespace: str, manifest: Object, **parameters: str) -> httpx.Response:
    """Server-side apply."""
    return client.patch(
        f"{collection(namespace, manifest['kind'])}/{manifest['metadata']['name']}",
        params={"fieldManager": "tests", **parameters},
        headers={"Content-Type": "application/apply-patch+yaml"},
        json=manifest,
    )


def collection(namespace: str, kind: str) -> str:
    group, plural = {
        "Deployment": ("apis/apps/v1", "deployments"),
        "NetworkPolicy": ("apis/networking.k8s.io/v1", "networkpolicies"),
        "Pod": ("api/v1", "pods"),
        "ResourceQuota": ("api/v1", "resourcequotas"),
        "Secret": ("api/v1", "secrets"),
    }[kind]
    return f"/{group}/namespaces/{namespace}/{plural}"


def names(answer: httpx.Response) -> list[str]:
    return [item["metadata"]["name"] for item in answer.raise_for_status().json()["items"]]
