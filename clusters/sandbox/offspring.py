"""What the controllers make: the ReplicaSets and Pods of a Deployment, and their states."""

import hashlib
import json
import secrets
import uuid

from clusters.objects import Object
from clusters.rollout import REVISION
from clusters.sandbox.ownership import now

HASH = "pod-template-hash"
MISSING_IMAGE = "does-not-exist"
"""An image with this in its name cannot be pulled."""


def template_hash(template: Object) -> str:
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]


def revision_of(obj: Object) -> int:
    return int((obj["metadata"].get("annotations") or {}).get(REVISION, "0"))


def with_revision(obj: Object, revision: int) -> Object:
    annotations = {**(obj["metadata"].get("annotations") or {}), REVISION: str(revision)}
    return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}}


def replica_set(deployment: Object, revision: int) -> Object:
    template = deployment["spec"]["template"]
    mark = {HASH: template_hash(template)}
    labels = {**(template.get("metadata") or {}).get("labels", {}), **mark}
    selector = {"matchLabels": {**(deployment["spec"]["selector"].get("matchLabels") or {}), **mark}}
    made: Object = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": _metadata(deployment, f"{deployment['metadata']['name']}-{mark[HASH]}", labels),
        "spec": {
            "replicas": 0,
            "selector": selector,
            "template": {**template, "metadata": {**(template.get("metadata") or {}), "labels": labels}},
        },
        "status": {"replicas": 0},
    }
    made["metadata"]["generation"] = 1
    return with_revision(made, revision)


def pod(owner: Object) -> Object:
    template = owner["spec"]["template"]
    metadata = template.get("metadata") or {}
    made = _metadata(owner, f"{owner['metadata']['name']}-{secrets.token_hex(3)[:5]}", metadata.get("labels", {}))
    if metadata.get("annotations"):
        made["annotations"] = metadata["annotations"]
    status = {"phase": "Pending", "conditions": [_condition("PodScheduled", True), _condition("Ready", False)]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": made, "spec": {**template["spec"], "nodeName": "sandbox"}, "status": status}


def running(obj: Object) -> Object:
    """The pod when all its containers run."""
    states = [{**_container(item), "ready": True, "started": True, "state": {"running": {"startedAt": now()}}} for item in _containers(obj)]
    conditions = [_condition(kind, True) for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")]
    return {**obj, "status": {"phase": "Running", "startTime": now(), "conditions": conditions, "containerStatuses": states}}


def stuck(obj: Object, reason: str) -> Object:
    """The pod when the images of its containers cannot be pulled."""
    states = [
        {**_container(item), "ready": False, "started": False, "state": {"waiting": {"reason": reason, "message": _why(item["image"])}}}
        for item in _containers(obj)
    ]
    conditions = [_condition("PodScheduled", True), _condition("Initialized", True), _condition("ContainersReady", False)]
    return {
        **obj,
        "status": {"phase": "Pending", "conditions": [*conditions, _condition("Ready", False)], "containerStatuses": states},
    }


def is_pullable(obj: Object) -> bool:
    return not any(MISSING_IMAGE in item["image"] for item in _containers(obj))


def is_ready(obj: Object) -> bool:
    conditions = obj.get("status", {}).get("conditions", ())
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)


def log_of(obj: Object, container: str) -> str:
    """A few lines, as the container might have written them."""
    name = container or _containers(obj)[0]["name"]
    if not is_ready(obj):
        return ""
    started = obj["status"].get("startTime", obj["metadata"]["creationTimestamp"])
    return f"{started} {name} starting\n{started} {name} configuration read\n{started} {name} listening on port 8080\n"


def event(about: Object, kind: str, reason: str, message: str) -> Object:
    metadata, stamp = about["metadata"], now()
    involved = {
        "kind": about["kind"], "apiVersion": about["apiVersion"], "name": metadata["name"], "uid": metadata["uid"],
        "namespace": metadata.get("namespace", "default"),
    }  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": f"{metadata['name']}.{secrets.token_hex(8)}",
            "namespace": involved["namespace"],
            "uid": str(uuid.uuid4()),
            "creationTimestamp": stamp,
        },
        "involvedObject": involved,
        "type": kind,
        "reason": reason,
        "message": message,
        "count": 1,
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "source": {"component": "sandbox"},
    }


def _metadata(owner: Object, name: str, labels: Object) -> Object:
    reference = {
        "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"],
        "controller": True, "blockOwnerDeletion": True,
    }  # fmt: skip
    return {
        "name": name,
        "namespace": owner["metadata"]["namespace"],
        "uid": str(uuid.uuid4()),
        "creationTimestamp": now(),
        "labels": labels,
        "ownerReferences": [reference],
    }


def _containers(obj: Object) -> list[Object]:
    containers: list[Object] = obj["spec"]["containers"]
    return containers


def _container(container: Object) -> Object:
    return {"name": container["name"], "image": container["image"], "restartCount": 0}


def _condition(kind: str, holds: bool) -> Object:
    return {"type": kind, "status": str(holds), "lastTransitionTime": now()}


def _why(image: str) -> str:
    return f'Back-off pulling image "{image}": manifest unknown' if MISSING_IMAGE in image else "another container's image is missing"
