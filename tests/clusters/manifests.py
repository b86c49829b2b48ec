"""Manifests as small as the API server takes them."""

from typing import Any

from clusters.objects import Object

IMAGE = "registry.example/api:1"
MISSING_IMAGE = "registry.example/does-not-exist:1"


def namespace_manifest(name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def container(name: str = "api", *, image: str = IMAGE, **more: Any) -> Object:
    return {"name": name, "image": image, "resources": {"requests": {"cpu": "100m"}}, **more}


def pod(name: str, namespace: str, *containers: Object) -> Object:
    return _object("v1", "Pod", name, namespace, spec={"containers": list(containers) or [container()]})


def deployment(name: str, namespace: str, *containers: Object, replicas: int | None = 1) -> Object:
    """Without `replicas` in the manifest where it is None."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": list(containers) or [container()]}}
    spec = {"selector": {"matchLabels": labels}, "template": template, **({} if replicas is None else {"replicas": replicas})}
    return _object("apps/v1", "Deployment", name, namespace, spec=spec)


def quota(name: str, namespace: str, **hard: str) -> Object:
    """`requests_cpu="1"` limits requests.cpu, `count_deployments="3"` count/deployments.apps."""
    keys = {key: key.replace("_", ".") if not key.startswith("count_") else f"count/{key[6:]}.apps" for key in hard}
    return _object("v1", "ResourceQuota", name, namespace, spec={"hard": {keys[key]: amount for key, amount in hard.items()}})


def network_policy(name: str, namespace: str, *kinds: str) -> Object:
    """Denies traffic of these kinds; nothing else ever writes to it."""
    spec = {"podSelector": {}, "policyTypes": list(kinds) or ["Ingress"]}
    return _object("networking.k8s.io/v1", "NetworkPolicy", name, namespace, spec=spec)


def config_map(name: str, namespace: str, **data: str) -> Object:
    return _object("v1", "ConfigMap", name, namespace, data=data)


def _object(api_version: str, kind: str, name: str, namespace: str, **content: Any) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **content}
