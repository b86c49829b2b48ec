"""The values that the API server fills in, so that what comes back looks as it would from a real one."""

from typing import Any

from clusters.objects import Object

_DEPLOYMENT: Object = {
    "replicas": 1,
    "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
    "revisionHistoryLimit": 10,
    "progressDeadlineSeconds": 600,
}
_POD: Object = {
    "restartPolicy": "Always",
    "terminationGracePeriodSeconds": 30,
    "dnsPolicy": "ClusterFirst",
    "securityContext": {},
    "schedulerName": "default-scheduler",
}
_CONTAINER: Object = {"resources": {}, "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}


def without_nulls(value: Any) -> Any:
    """An explicit null in a manifest means that the field is not there."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def with_defaults(obj: Object) -> Object:
    """The object with what its kind fills in; the same object again when nothing is missing."""
    if obj["kind"] == "Namespace":
        return _with_its_name(obj)
    spec = obj.get("spec")
    if not isinstance(spec, dict):
        return obj
    if obj["kind"] == "Deployment":
        spec = {**_DEPLOYMENT, **spec, "strategy": _strategy(spec)}
        if isinstance(spec.get("template"), dict):
            spec = {**spec, "template": _template(spec["template"])}
    elif obj["kind"] == "Pod":
        spec = {**_pod(spec), "enableServiceLinks": spec.get("enableServiceLinks", True)}
    elif obj["kind"] == "NetworkPolicy":
        spec = _network_policy(spec)
    return {**obj, "spec": spec}


def _with_its_name(namespace: Object) -> Object:
    """As a label, so that selectors can name it."""
    metadata = namespace["metadata"]
    labels = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": metadata["name"]}
    return {**namespace, "metadata": {**metadata, "labels": labels}}


def _strategy(spec: Object) -> Object:
    strategy: Object = spec.get("strategy") or {}
    if strategy.get("type", "RollingUpdate") != "RollingUpdate":
        return strategy
    default = _DEPLOYMENT["strategy"]
    return {**default, **strategy, "rollingUpdate": {**default["rollingUpdate"], **strategy.get("rollingUpdate", {})}}


def _template(template: Object) -> Object:
    spec = {"spec": _pod(template["spec"])} if isinstance(template.get("spec"), dict) else {}
    return {**template, **spec}


def _pod(spec: Object) -> Object:
    lists = {
        name: [_container(item) for item in spec[name]] for name in ("initContainers", "containers") if isinstance(spec.get(name), list)
    }
    account = {"serviceAccount": spec["serviceAccountName"]} if spec.get("serviceAccountName") else {}
    return {**_POD, **account, **spec, **lists}


def _container(container: Object) -> Object:
    image = str(container.get("image", ""))
    latest = image.endswith(":latest") or ":" not in image.rpartition("/")[2]
    pull = {"imagePullPolicy": "Always" if latest and "@" not in image else "IfNotPresent"}
    ports = {"ports": [{"protocol": "TCP", **port} for port in container["ports"]]} if container.get("ports") else {}
    return {**pull, **_CONTAINER, **container, **ports}


def _network_policy(spec: Object) -> Object:
    kinds = {"policyTypes": ["Ingress", *(["Egress"] if spec.get("egress") else [])]}
    ingress = {"ingress": [_with_protocols(rule) for rule in spec["ingress"]]} if spec.get("ingress") else {}
    egress = {"egress": [_with_protocols(rule) for rule in spec["egress"]]} if spec.get("egress") else {}
    return {"podSelector": {}, **kinds, **spec, **ingress, **egress}


def _with_protocols(rule: Object) -> Object:
    return {**rule, "ports": [{"protocol": "TCP", **port} for port in rule["ports"]]} if rule.get("ports") else rule
