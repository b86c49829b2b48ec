"""The types that Kubernetes expects in the fields that policies read. An API server refuses what is reported here; we say so sooner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import Token, dotted
from guidance.manifests.resources import CONTAINER_LISTS, Resource


class Misfit(NamedTuple):
    """A value of a wrong type, or a missing one: where, what to tell, what is expected."""

    tokens: tuple[Token, ...]
    message: str
    expected: str


@dataclass(frozen=True)
class Scalar:
    """One value; `types` are Python's, compared exactly (True is no int)."""

    called: str
    types: tuple[type, ...]


@dataclass(frozen=True)
class Fields:
    """An object with some known members; others are let through."""

    members: Mapping[str, "Shape"]
    required: tuple[str, ...] = ()
    called: str = "an object"


@dataclass(frozen=True)
class Names:
    """An object whose members all have one shape, such as labels."""

    item: "Shape"
    called: str = "an object"


@dataclass(frozen=True)
class Items:
    item: "Shape"
    filled: bool = False
    called: str = "a list"
    most: int | None = None


Shape = Scalar | Fields | Names | Items

TEXT = Scalar("text", (str,))
FLAG = Scalar("true or false", (bool,))
WHOLE = Scalar("a whole number", (int,))
QUANTITY = Scalar('a quantity, such as "100m" or "128Mi"', (str, int, float))
MOST_CONTAINERS = 200
"""Per list. No node runs such a pod; the bound keeps the time that a manifest can take."""
QUANTITIES = Names(QUANTITY)
NUMBER_OR_NAME = Scalar("a number or a name", (int, str))
NUMBER_OR_PERCENT = Scalar("a number or a percentage", (int, str))
MAP = Fields({})

SECURITY: Mapping[str, Shape] = {
    "runAsNonRoot": FLAG, "runAsUser": WHOLE, "runAsGroup": WHOLE, "seccompProfile": Fields({"type": TEXT}), "seLinuxOptions": Names(TEXT),
    "appArmorProfile": Fields({"type": TEXT}), "windowsOptions": Fields({"hostProcess": FLAG}),
}  # fmt: skip
CONTAINER_SECURITY = Fields(
    {
        **SECURITY, "privileged": FLAG, "allowPrivilegeEscalation": FLAG, "readOnlyRootFilesystem": FLAG, "procMount": TEXT,
        "capabilities": Fields({"add": Items(TEXT), "drop": Items(TEXT)}),
    }
)  # fmt: skip
POD_SECURITY = Fields(
    {**SECURITY, "fsGroup": WHOLE, "supplementalGroups": Items(WHOLE), "sysctls": Items(Fields({"name": TEXT, "value": TEXT}))}
)
HANDLER: Mapping[str, Shape] = {
    "httpGet": Fields({"host": TEXT, "port": NUMBER_OR_NAME, "path": TEXT}), "tcpSocket": Fields({"host": TEXT, "port": NUMBER_OR_NAME}),
}  # fmt: skip
PROBE = Fields({**HANDLER, "initialDelaySeconds": WHOLE, "periodSeconds": WHOLE, "timeoutSeconds": WHOLE, "failureThreshold": WHOLE})
CONTAINER = Fields(
    {
        "name": TEXT, "image": TEXT, "command": Items(TEXT), "args": Items(TEXT), "imagePullPolicy": TEXT,
        "securityContext": CONTAINER_SECURITY, "lifecycle": Fields({"postStart": Fields(HANDLER), "preStop": Fields(HANDLER)}),
        "resources": Fields({"requests": QUANTITIES, "limits": QUANTITIES}),
        "env": Items(Fields({"name": TEXT, "value": TEXT, "valueFrom": Names(Fields({"name": TEXT}))}, ("name",))),
        "envFrom": Items(Fields({"secretRef": Fields({"name": TEXT}), "configMapRef": Fields({"name": TEXT})})),
        "ports": Items(Fields({"containerPort": WHOLE, "hostPort": WHOLE, "name": TEXT, "protocol": TEXT})),
        "volumeMounts": Items(Fields({"name": TEXT, "mountPath": TEXT, "readOnly": FLAG})),
        "livenessProbe": PROBE, "readinessProbe": PROBE, "startupProbe": PROBE,
    },
    ("name",),
)  # fmt: skip
POD_SPEC = Fields(
    {
        **{name: Items(CONTAINER, most=MOST_CONTAINERS) for name in CONTAINER_LISTS},
        "containers": Items(CONTAINER, filled=True, most=MOST_CONTAINERS),
        "securityContext": POD_SECURITY,
        "hostNetwork": FLAG, "hostPID": FLAG, "hostIPC": FLAG, "hostUsers": FLAG, "serviceAccountName": TEXT, "serviceAccount": TEXT,
        "automountServiceAccountToken": FLAG, "nodeSelector": Names(TEXT), "os": Fields({"name": TEXT}), "restartPolicy": TEXT,
        "volumes": Items(Fields({"name": TEXT, "hostPath": Fields({"path": TEXT})}, ("name",))), "affinity": MAP,
        "topologySpreadConstraints": Items(MAP), "terminationGracePeriodSeconds": WHOLE, "priorityClassName": TEXT,
    },
    ("containers",),
)  # fmt: skip
METADATA = Fields(
    {
        "name": TEXT, "generateName": TEXT, "namespace": TEXT, "labels": Names(TEXT), "annotations": Names(TEXT),
        "ownerReferences": Items(Fields({"kind": TEXT, "name": TEXT}, ("kind", "name"))),
    }
)  # fmt: skip
POD_MEMBERS: Mapping[str, Shape] = {"metadata": METADATA, "spec": POD_SPEC}
IDENTITY = Fields({"apiVersion": TEXT, "kind": TEXT, "metadata": METADATA}, ("apiVersion", "kind", "metadata"))


def _kind(spec: Mapping[str, Shape] | None = None, **members: Shape) -> Fields:
    """An object that has a spec with these members, or these members beside apiVersion, kind and metadata."""
    more = {"spec": Fields(spec)} if spec is not None else members
    return Fields({**IDENTITY.members, **more}, (*IDENTITY.required, *(name for name in more if name in ("spec", "roleRef"))))


NETWORKING, RBAC = "networking.k8s.io", "rbac.authorization.k8s.io"
SELECTOR = Fields({"matchLabels": Names(TEXT), "matchExpressions": Items(MAP)})
WORKLOAD: Mapping[str, Shape] = {
    "replicas": WHOLE, "selector": SELECTOR, "serviceName": TEXT, "revisionHistoryLimit": WHOLE, "ttlSecondsAfterFinished": WHOLE,
    "strategy": Fields({"type": TEXT, "rollingUpdate": Fields({"maxUnavailable": NUMBER_OR_PERCENT})}),
    "concurrencyPolicy": TEXT, "startingDeadlineSeconds": WHOLE,
}  # fmt: skip
PEER = Fields({"namespaceSelector": SELECTOR, "podSelector": SELECTOR, "ipBlock": Fields({"cidr": TEXT, "except": Items(TEXT)}, ("cidr",))})
PORTS = Items(Fields({"port": NUMBER_OR_NAME}))
ROLE = _kind(
    aggregationRule=Fields({"clusterRoleSelectors": Items(SELECTOR)}),
    rules=Items(
        Fields({name: Items(TEXT) for name in ("verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs")}, ("verbs",)),
    ),
)
SUBJECTS = Items(Fields({"kind": TEXT, "name": TEXT, "namespace": TEXT}, ("kind", "name")))
BINDING = _kind(roleRef=Fields({"kind": TEXT, "name": TEXT}, ("kind", "name")), subjects=SUBJECTS)
KINDS: Mapping[tuple[str, str], Fields] = {
    ("", "ConfigMap"): _kind(data=Names(TEXT)),
    ("", "Service"): _kind(
        {"type": TEXT, "externalName": TEXT, "externalIPs": Items(TEXT), "loadBalancerSourceRanges": Items(TEXT), "selector": Names(TEXT)}
    ),
    ("", "ServiceAccount"): _kind(automountServiceAccountToken=FLAG),
    ("autoscaling", "HorizontalPodAutoscaler"): _kind({"minReplicas": WHOLE, "maxReplicas": WHOLE}),
    (NETWORKING, "Ingress"): _kind({"tls": Items(Fields({"hosts": Items(TEXT)})), "rules": Items(Fields({"host": TEXT}))}),
    (NETWORKING, "NetworkPolicy"): _kind(
        {
            "podSelector": SELECTOR, "policyTypes": Items(TEXT), "ingress": Items(Fields({"from": Items(PEER), "ports": PORTS})),
            "egress": Items(Fields({"to": Items(PEER), "ports": PORTS})),
        }
    ),
    ("policy", "PodDisruptionBudget"): _kind(
        {"maxUnavailable": NUMBER_OR_PERCENT, "minAvailable": NUMBER_OR_PERCENT, "unhealthyPodEvictionPolicy": TEXT}
    ),
    (RBAC, "ClusterRole"): ROLE, (RBAC, "ClusterRoleBinding"): BINDING, (RBAC, "Role"): ROLE, (RBAC, "RoleBinding"): BINDING,
}  # fmt: skip
"""Those that make no pods."""


def misfits(document: JsonValue, resource: Resource) -> Iterator[Misfit]:
    """Everything in the object that has another type than Kubernetes expects, in document order of the known fields."""
    shape = shape_of(resource)
    if not _fits(document, shape):
        yield from _misfits(document, shape, ())


def identity_misfits(document: JsonValue) -> Iterator[Misfit]:
    """The same for what every object has: apiVersion, kind, metadata."""
    yield from _misfits(document, IDENTITY, ())


def _fits(value: JsonValue, shape: Shape) -> bool:
    """Whether there is no misfit: every manifest is asked this, few have one."""
    if isinstance(shape, Scalar):
        return type(value) in shape.types
    if isinstance(shape, Items):
        return isinstance(value, list) and _count_fits(value, shape) and all(_fits(item, shape.item) for item in value)
    if not isinstance(value, dict):
        return False
    if isinstance(shape, Names):
        return all(_fits(item, shape.item) for item in value.values())
    members = shape.members
    return all(name in value for name in shape.required) and all(_fits(item, members[key]) for key, item in value.items() if key in members)


def _count_fits(value: list[JsonValue], shape: Items) -> bool:
    return (bool(value) or not shape.filled) and (shape.most is None or len(value) <= shape.most)


@lru_cache(maxsize=1024)
def shape_of(resource: Resource) -> Fields:
    """What is known of this kind."""
    at = resource.pod_at
    if at is None:
        return KINDS.get((resource.home, resource.kind), IDENTITY)
    shape = Fields(POD_MEMBERS, ("spec",))
    for token in reversed(at[1:]):
        shape = Fields({str(token): shape}, (str(token),))
    if len(at) > 1:
        shape = Fields({**WORKLOAD, **shape.members}, shape.required)
    inner = {str(at[0]): shape} if at else POD_MEMBERS
    required = str(at[0]) if at else "spec"
    return Fields({**inner, **IDENTITY.members}, (*IDENTITY.required, required))


def _misfits(value: JsonValue, shape: Shape, at: tuple[Token, ...]) -> Iterator[Misfit]:
    if isinstance(shape, Scalar):
        if type(value) not in shape.types:
            yield _wrong(value, shape, at)
    elif isinstance(shape, Items) and isinstance(value, list):
        yield from _item_misfits(value, shape, at)
    elif isinstance(shape, Names) and isinstance(value, dict):
        for key, item in value.items():
            yield from _misfits(item, shape.item, (*at, key))
    elif isinstance(shape, Fields) and isinstance(value, dict):
        yield from _member_misfits(value, shape, at)
    else:
        yield _wrong(value, shape, at)


def _item_misfits(value: list[JsonValue], shape: Items, at: tuple[Token, ...]) -> Iterator[Misfit]:
    if shape.filled and not value:
        yield Misfit(at, f"{dotted(at)} must have at least one element.", "a list with at least one element")
    elif shape.most is not None and len(value) > shape.most:
        yield Misfit(at, f"{dotted(at)} has {len(value)} elements, more than can be judged.", f"a list with at most {shape.most} elements")
    else:
        for index, item in enumerate(value):
            yield from _misfits(item, shape.item, (*at, index))


def _member_misfits(value: dict[str, JsonValue], shape: Fields, at: tuple[Token, ...]) -> Iterator[Misfit]:
    for name in shape.required:
        if name not in value:
            yield Misfit((*at, name), f"{dotted((*at, name))} is missing.", shape.members[name].called)
    for key, item in value.items():
        if key in shape.members:
            yield from _misfits(item, shape.members[key], (*at, key))


def _wrong(value: JsonValue, shape: Shape, at: tuple[Token, ...]) -> Misfit:
    quotes = ": put it in quotes" if shape is TEXT and isinstance(value, bool | int | float) else ""
    return Misfit(at, f"{dotted(at)} must be {shape.called}, but it is {_called(value)}{quotes}.", shape.called)


def _called(value: JsonValue) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "empty")
