"""Which fields the kinds have that people write here: unknown ones are refused, as strict validation does. Other kinds are not checked.

A type is a line of `field` (a string), `field:type`, `field[type]` (a list) and `field{type}` (a map); `any` is not looked into.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from clusters.objects import Object
from clusters.sandbox.fields import item_element, keys_of, readable
from clusters.sandbox.quantities import is_quantity

_LINES = {
    "Meta": "name namespace uid resourceVersion generateName labels{str} annotations{str} finalizers[str] ownerReferences[any] "
    "creationTimestamp deletionTimestamp deletionGracePeriodSeconds:int generation:int managedFields[any] selfLink",
    "Selector": "matchLabels{str} matchExpressions[any]",
    "DeploymentSpec": "replicas:int selector:Selector template:PodTemplate strategy:Strategy minReadySeconds:int revisionHistoryLimit:int "
    "paused:bool progressDeadlineSeconds:int",
    "Strategy": "type rollingUpdate:RollingUpdate",
    "RollingUpdate": "maxSurge:port maxUnavailable:port",
    "PodTemplate": "metadata:Meta spec:PodSpec",
    "PodSpec": "volumes[any] initContainers[Container] containers[Container] ephemeralContainers[any] restartPolicy "
    "terminationGracePeriodSeconds:int activeDeadlineSeconds:int dnsPolicy nodeSelector{str} serviceAccountName serviceAccount "
    "automountServiceAccountToken:bool nodeName hostNetwork:bool hostPID:bool hostIPC:bool hostUsers:bool shareProcessNamespace:bool "
    "securityContext:any imagePullSecrets[any] hostname subdomain affinity:any schedulerName tolerations[any] hostAliases[any] "
    "priorityClassName priority:int dnsConfig:any readinessGates[any] runtimeClassName enableServiceLinks:bool preemptionPolicy "
    "overhead{amount} topologySpreadConstraints[any] setHostnameAsFQDN:bool os:any schedulingGates[any] resourceClaims[any] "
    "resources:Resources hostnameOverride",
    "Container": "name image command[str] args[str] workingDir ports[ContainerPort] envFrom[any] env[EnvVar] resources:Resources "
    "resizePolicy[any] restartPolicy restartPolicyRules[any] volumeMounts[any] volumeDevices[any] livenessProbe:any readinessProbe:any "
    "startupProbe:any lifecycle:any terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext:SecurityContext "
    "stdin:bool stdinOnce:bool tty:bool",
    "ContainerPort": "name hostPort:int containerPort:int protocol hostIP",
    "EnvVar": "name value valueFrom:any",
    "Resources": "limits{amount} requests{amount} claims[any]",
    "SecurityContext": "capabilities:any privileged:bool seLinuxOptions:any windowsOptions:any runAsUser:int runAsGroup:int "
    "runAsNonRoot:bool readOnlyRootFilesystem:bool allowPrivilegeEscalation:bool procMount seccompProfile:any appArmorProfile:any",
    "NetworkPolicySpec": "podSelector:Selector ingress[Ingress] egress[Egress] policyTypes[str]",
    "Ingress": "ports[NetworkPort] from[Peer]",
    "Egress": "ports[NetworkPort] to[Peer]",
    "NetworkPort": "protocol port:port endPort:int",
    "Peer": "podSelector:Selector namespaceSelector:Selector ipBlock:IPBlock",
    "IPBlock": "cidr except[str]",
    "ResourceQuotaSpec": "hard{amount} scopes[str] scopeSelector:any",
    "Deployment": "apiVersion kind metadata:Meta spec:DeploymentSpec status:any",
    "Pod": "apiVersion kind metadata:Meta spec:PodSpec status:any",
    "NetworkPolicy": "apiVersion kind metadata:Meta spec:NetworkPolicySpec",
    "ResourceQuota": "apiVersion kind metadata:Meta spec:ResourceQuotaSpec status:any",
    "Namespace": "apiVersion kind metadata:Meta spec:any status:any",
    "ConfigMap": "apiVersion kind metadata:Meta data{str} binaryData{str} immutable:bool",
}


class Field(NamedTuple):
    shape: str
    """ "" for one value, "[" for a list, "{" for a map."""
    type: str


class Flaw(NamedTuple):
    """`path` as an apply names it (`.spec.foo`), `json_path` as every other write does (`spec.foo`)."""

    path: str
    json_path: str
    message: str
    unmarshal: str = ""
    """How Go's decoder would say that the type is wrong."""


def _parsed(line: str) -> Mapping[str, Field]:
    words = (re.fullmatch(r"(\w+)([:\[{]?)(\w*)[\]}]?", word) for word in line.split())
    return {word[1]: Field(word[2].strip(":"), word[3] or "str") for word in words if word}


_TYPES = {name: _parsed(line) for name, line in _LINES.items()}
UNDECLARED = "field not declared in schema"
QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
_SCALARS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "str": ((str,), "string"),
    "int": ((int, float), "numeric (int or float)"),
    "bool": ((bool,), "boolean"),
    "amount": ((str, int, float), "string or numeric"),
    "port": ((str, int), "string or numeric"),
}


_NAMES: Mapping[type, tuple[str, str]] = {
    str: ("string", "string"),
    bool: ("boolean", "bool"),
    int: ("int", "number"),
    float: ("float", "number"),
    list: ("list", "array"),
    dict: ("map", "object"),
}


def flaws(obj: Object) -> list[Flaw]:
    """What the schema does not allow; empty for kinds that are not described."""
    kind = obj["kind"]
    return list(_check(obj, Field("", kind), "", "")) if kind in _TYPES else []


def _check(value: Any, field: Field, path: str, json_path: str) -> Iterator[Flaw]:
    if value is None or field.type == "any":
        return
    if field.shape == "[":
        yield from _check_list(value, field, path, json_path)
    elif field.shape == "{":
        yield from _check_map(value, {}, Field("", field.type), path, json_path)
    elif field.type in _TYPES:
        yield from _check_map(value, _TYPES[field.type], None, path, json_path)
    else:
        types, name = _SCALARS[field.type]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            yield _expected(name, value, path, json_path)
        elif field.type == "amount" and not is_quantity(str(value)):
            yield Flaw(path, json_path, QUANTITY)


def _check_map(value: Any, known: Mapping[str, Field], other: Field | None, path: str, json_path: str) -> Iterator[Flaw]:
    if not isinstance(value, dict):
        yield _expected("map", value, path, json_path)
        return
    for key, item in value.items():
        at, json_at = f"{path}.{key}", f"{json_path}.{key}".lstrip(".")
        field = known.get(key, other)
        if field is None:
            yield Flaw(at, json_at, UNDECLARED)
        else:
            yield from _check(item, field, at, json_at)


def _check_list(value: Any, field: Field, path: str, json_path: str) -> Iterator[Flaw]:
    if not isinstance(value, list):
        yield _expected("list", value, path, json_path)
        return
    keys = keys_of(path.rpartition(".")[2], value)
    seen: set[str] = set()
    for index, item in enumerate(value):
        named = isinstance(item, dict) and keys
        label = readable((item_element(item, keys),)) if named and keys else f"[{index}]"
        if named and label in seen:
            yield Flaw(path, json_path, f"duplicate entries for key {label}")
        seen.add(label)
        yield from _check(item, Field("", field.type), f"{path}{label}", f"{json_path}[{index}]")


def _expected(name: str, value: Any, path: str, json_path: str) -> Flaw:
    told, go = _NAMES[type(value)]
    wanted = {"numeric (int or float)": "int32", "boolean": "bool", "list": "[]", "map": "map"}.get(name, "string")
    field = re.sub(r"\[\d+\]", "", json_path)
    return Flaw(path, json_path, f"expected {name}, got {told}", f"{go} into Go struct field Object.{field} of type {wanted}")
