"""What an API server makes of pods and pod templates before it asks policies (Kubernetes 1.34; tests compare it with a real one)."""

from guidance.documents.jsontype import JsonValue
from guidance.manifests.filling import Object, both, each, every, mapping, record
from guidance.manifests.quantities import canonical

METADATA = record(plain="name generateName namespace labels annotations finalizers ownerReferences")
QUANTITIES = every(canonical)
CLAIM_SPEC = record(
    {"volumeMode": "Filesystem", "resources": {}}, plain="accessModes volumeName",
    resources=record(plain="limits requests", limits=QUANTITIES, requests=QUANTITIES),
)  # fmt: skip

FIELD = record({"apiVersion": "v1"}, plain="apiVersion")
FIELDS = each(record(fieldRef=FIELD, resourceFieldRef=record({"divisor": "0"}, divisor=canonical)))
FILES = record({"defaultMode": 420}, plain="items", items=FIELDS)
HTTP = record({"path": "/", "scheme": "HTTP"}, plain="path scheme host httpHeaders")
HANDLER = record(httpGet=HTTP)
PROBE = record(
    {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3},
    plain="timeoutSeconds periodSeconds successThreshold failureThreshold initialDelaySeconds",
    httpGet=HTTP, grpc=record({"service": ""}),
)  # fmt: skip


def _pull_policy(container: Object) -> None:
    """A tag that may move, or none at all, is asked for each time."""
    image = container.get("image", "")
    if "imagePullPolicy" not in container and isinstance(image, str):
        name, _, digest = image.partition("@")
        tag = name.rpartition("/")[2].partition(":")[2] or ("" if digest else "latest")
        container["imagePullPolicy"] = "Always" if tag == "latest" else "IfNotPresent"


CONTAINER = record(
    {"resources": {}, "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"},
    plain="image imagePullPolicy terminationMessagePath terminationMessagePolicy command args workingDir ports envFrom env"
    " volumeMounts volumeDevices stdin stdinOnce tty",
    more=_pull_policy,
    resources=record(plain="limits requests claims", limits=QUANTITIES, requests=QUANTITIES),
    ports=each(record({"protocol": "TCP"}, plain="name protocol hostPort hostIP")),
    env=each(record(plain="value", valueFrom=record(fieldRef=FIELD, resourceFieldRef=record({"divisor": "0"}, divisor=canonical)))),
    volumeMounts=each(record(plain="readOnly subPath subPathExpr")),
    securityContext=record(capabilities=record(plain="add drop")),
    lifecycle=record(postStart=HANDLER, preStop=HANDLER),
    livenessProbe=PROBE, readinessProbe=PROBE, startupProbe=PROBE,
)  # fmt: skip


def _source(volume: Object) -> None:
    if len(volume) == 1:
        volume["emptyDir"] = {}


VOLUME = record(
    more=_source,
    hostPath=record({"type": ""}),
    emptyDir=record(plain="medium", sizeLimit=canonical),
    configMap=FILES, secret=FILES, downwardAPI=FILES,
    projected=record(
        {"defaultMode": 420},
        sources=each(record(serviceAccountToken=record({"expirationSeconds": 3600}), downwardAPI=record(items=FIELDS))),
    ),
    ephemeral=record(volumeClaimTemplate=record({"metadata": {}}, metadata=METADATA, spec=CLAIM_SPEC)),
    iscsi=record({"iscsiInterface": "default"}, plain="readOnly"),
    persistentVolumeClaim=record(plain="readOnly"), nfs=record(plain="readOnly"),
)  # fmt: skip


def _service_account(spec: Object) -> None:
    """The member of today, and the one of old times, which repeats it."""
    if name := spec.get("serviceAccountName", spec.get("serviceAccount")):
        spec["serviceAccountName"] = spec["serviceAccount"] = name


SPEC = record(
    {
        "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30,
        "securityContext": {},
    },
    plain="dnsPolicy restartPolicy schedulerName hostNetwork hostPID hostIPC nodeName nodeSelector serviceAccountName serviceAccount"
    " hostname subdomain priorityClassName volumes initContainers ephemeralContainers imagePullSecrets tolerations hostAliases"
    " topologySpreadConstraints readinessGates overhead",
    more=_service_account,
    securityContext=record(plain="supplementalGroups sysctls"),
    containers=each(CONTAINER), initContainers=each(CONTAINER), ephemeralContainers=each(CONTAINER),
    volumes=each(VOLUME), overhead=QUANTITIES,
)  # fmt: skip
TEMPLATE = record({"metadata": {}}, metadata=METADATA, spec=SPEC)


def _requests(container: Object) -> None:
    """Who names a limit alone requests as much."""
    resources = mapping(container["resources"])
    if limits := mapping(resources.get("limits")):
        container["resources"] = {**resources, "requests": {**limits, **mapping(resources.get("requests"))}}


REQUESTING = each(record(more=_requests))


def _host_port(port: Object) -> None:
    port.setdefault("hostPort", port.get("containerPort"))


ON_THE_HOST = each(record(ports=each(record(more=_host_port))))


def _as_pod(spec: Object) -> None:
    """What Kubernetes adds to a pod, and not to a template."""
    for name in ("containers", "initContainers"):
        if name in spec:
            spec[name] = REQUESTING(spec[name])
            spec[name] = ON_THE_HOST(spec[name]) if spec.get("hostNetwork") else spec[name]


POD_SPEC = both(SPEC, record({"enableServiceLinks": True, "serviceAccountName": "default", "serviceAccount": "default"}, more=_as_pod))
"""Every cluster names the service account, by an admission plugin that none can do without."""
POD = record(metadata=METADATA, spec=POD_SPEC)


def labels_of(template: JsonValue) -> Object:
    return mapping(mapping(mapping(template).get("metadata")).get("labels"))
