"""Objects as policies of an API server see them: normalised, with the values that Kubernetes gives to what is not said.

What it makes up for each object (uid, time, cluster address, status) is not here, nor what admission plugins add by the cluster's settings
(tokens' volumes, tolerations, priorities, finalizers, storage classes). Of Kubernetes 1.34; tests compare it with a real API server.
"""

from base64 import b64encode
from collections.abc import Mapping

from guidance.documents.jsontype import JsonValue
from guidance.manifests.filling import NOTHING, Fill, Object, both, each, mapping, record
from guidance.manifests.pods import CLAIM_SPEC, METADATA, POD, QUANTITIES, TEMPLATE, labels_of
from guidance.manifests.quantities import canonical
from guidance.manifests.resources import ADMISSION, RBAC, STORAGE, Resource

MOST_RETRIES = 2**31 - 1


def served(document: Object, kind: Resource) -> Object:
    """A kind that is not known here stays as it is. The document is not changed; what needs no change is shared with it."""
    fill = BY_VERSION.get((kind.group, kind.version, kind.kind)) or DEFAULTS.get((kind.group, kind.kind))
    return mapping(fill(document)) if fill else document


def _kind(spec: Fill | None = None, values: Mapping[str, JsonValue] = NOTHING, **inside: Fill) -> Fill:
    return record(values, metadata=METADATA, members={"spec": spec, **inside} if spec else inside)


def _rolling(**values: JsonValue) -> Fill:
    """The strategy of a rollout, with the values of a rolling update."""

    def complete(strategy: Object) -> None:
        if strategy["type"] == "RollingUpdate":
            strategy["rollingUpdate"] = {**values, **mapping(strategy.get("rollingUpdate"))}

    return record({"type": "RollingUpdate"}, plain="type", more=complete)


SELECTOR = record(plain="matchLabels matchExpressions")
DEPLOYMENT = record(
    {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600, "strategy": {}}, plain="minReadySeconds paused",
    strategy=_rolling(maxUnavailable="25%", maxSurge="25%"), selector=SELECTOR, template=TEMPLATE,
)  # fmt: skip
CLAIM = record({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}}, metadata=METADATA, spec=CLAIM_SPEC)
STATEFUL_SET = record(
    {
        "replicas": 1, "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady", "updateStrategy": {},
        "persistentVolumeClaimRetentionPolicy": {},
    },
    plain="minReadySeconds podManagementPolicy",
    updateStrategy=_rolling(partition=0), selector=SELECTOR, template=TEMPLATE, volumeClaimTemplates=each(CLAIM),
    persistentVolumeClaimRetentionPolicy=record({"whenDeleted": "Retain", "whenScaled": "Retain"}),
)  # fmt: skip
DAEMON_SET = record(
    {"revisionHistoryLimit": 10, "updateStrategy": {}}, plain="minReadySeconds",
    updateStrategy=_rolling(maxUnavailable=1, maxSurge=0), selector=SELECTOR, template=TEMPLATE,
)  # fmt: skip
REPLICA_SET = record({"replicas": 1}, plain="minReadySeconds", template=TEMPLATE)


def _job(spec: Object) -> None:
    if "parallelism" not in spec and "completions" not in spec:
        spec["completions"] = 1
    spec.setdefault("parallelism", 1)
    spec.setdefault("backoffLimit", MOST_RETRIES if "backoffLimitPerIndex" in spec else 6)
    spec.setdefault("podReplacementPolicy", "Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed")


FAILURES = record(rules=each(record(onPodConditions=each(record({"status": "True"}, plain="status")))))
JOB = record(
    {"completionMode": "NonIndexed", "suspend": False, "manualSelector": False}, more=_job, template=TEMPLATE, podFailurePolicy=FAILURES
)
JOB_TEMPLATE = record({"metadata": {}}, metadata=METADATA, spec=record(template=TEMPLATE))
CRON_JOB = record(
    {"concurrencyPolicy": "Allow", "suspend": False, "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1},
    plain="concurrencyPolicy", jobTemplate=JOB_TEMPLATE,
)  # fmt: skip


def _controller(document: Object) -> None:
    """A ReplicationController has the labels of its pods."""
    spec = mapping(document.get("spec"))
    if labels := labels_of(spec.get("template")):
        document["metadata"] = {"labels": labels, **mapping(document.get("metadata"))}
        document["spec"] = {"selector": labels, **spec}


SERVICE_PORT = record(
    {"protocol": "TCP"}, plain="protocol name targetPort nodePort", more=lambda port: port.setdefault("targetPort", port.get("port"))
)
SELECTS_PODS = ("ClusterIP", "NodePort", "LoadBalancer")
OPENS_PORTS = ("NodePort", "LoadBalancer")


def _service(spec: Object) -> None:
    if spec["type"] in SELECTS_PODS:
        spec.setdefault("internalTrafficPolicy", "Cluster")
    if spec["type"] in OPENS_PORTS:
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
    if spec["sessionAffinity"] == "ClientIP":
        spec.setdefault("sessionAffinityConfig", {"clientIP": {"timeoutSeconds": 10800}})


SERVICE = record(
    {"type": "ClusterIP", "sessionAffinity": "None"},
    plain="type sessionAffinity ports selector externalIPs loadBalancerSourceRanges externalName externalTrafficPolicy"
    " loadBalancerIP publishNotReadyAddresses",
    more=_service, ports=each(SERVICE_PORT),
)  # fmt: skip


def _policy_types(spec: Object) -> None:
    spec.setdefault("policyTypes", ["Ingress", "Egress"] if "egress" in spec else ["Ingress"])


PEERS = each(record(podSelector=SELECTOR, namespaceSelector=SELECTOR))
RULES = each(record(plain="ports from to", ports=each(record({"protocol": "TCP"})), members={"from": PEERS, "to": PEERS}))
NETWORK_POLICY = record(
    {"podSelector": {}}, plain="ingress egress policyTypes", more=_policy_types, podSelector=SELECTOR, ingress=RULES, egress=RULES
)

METRIC = record(target=record(averageValue=canonical, value=canonical))
METRICS: Mapping[str, Fill] = dict.fromkeys(("resource", "containerResource", "pods", "object", "external"), METRIC)
ALL_AT_ONCE: Object = {"type": "Percent", "value": 100, "periodSeconds": 15}
FOUR_MORE: Object = {"type": "Pods", "value": 4, "periodSeconds": 15}
BEHAVIOR = record(
    {"scaleUp": {}, "scaleDown": {}},
    scaleUp=record({"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [FOUR_MORE, ALL_AT_ONCE]}),
    scaleDown=record({"selectPolicy": "Max", "policies": [ALL_AT_ONCE]}),
)
CPU: JsonValue = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}
AUTOSCALER = record({"minReplicas": 1, "metrics": [CPU]}, plain="metrics", metrics=each(record(members=METRICS)), behavior=BEHAVIOR)


def _subject(subject: Object) -> None:
    if subject.get("kind") in ("User", "Group"):
        subject.setdefault("apiGroup", RBAC)


AGGREGATION = record(plain="clusterRoleSelectors", clusterRoleSelectors=each(SELECTOR))
ROLE = record(
    metadata=METADATA, aggregationRule=AGGREGATION, more=lambda role: role.setdefault("rules", None),
    rules=each(record(plain="apiGroups resources resourceNames nonResourceURLs")),
)  # fmt: skip
ROLE_REF = record({"apiGroup": RBAC}, plain="apiGroup")
BINDING = record(plain="subjects", metadata=METADATA, roleRef=ROLE_REF, subjects=each(record(plain="apiGroup namespace", more=_subject)))


def _secret(secret: Object) -> None:
    written = mapping(secret.pop("stringData", None))
    encoded = {name: b64encode(text.encode()).decode() for name, text in written.items() if isinstance(text, str)}
    if encoded:
        secret["data"] = {**mapping(secret.get("data")), **encoded}


def _namespace(namespace: Object) -> None:
    metadata = mapping(namespace.get("metadata"))
    if name := metadata.get("name"):
        namespace["metadata"] = {**metadata, "labels": {**mapping(metadata.get("labels")), "kubernetes.io/metadata.name": name}}


def _limit(limit: Object) -> None:
    if limit.get("type") == "Container":
        default = {**mapping(limit.get("max")), **mapping(limit.get("default"))}
        request = {**mapping(limit.get("min")), **default, **mapping(limit.get("defaultRequest"))}
        limit.update({name: amounts for name, amounts in (("default", default), ("defaultRequest", request)) if amounts})


AMOUNTS: Mapping[str, Fill] = dict.fromkeys(("max", "min", "default", "defaultRequest", "maxLimitRequestRatio"), QUANTITIES)
LIMIT = record(plain=" ".join(AMOUNTS), more=_limit, members=AMOUNTS)
PERSISTENT_VOLUME = record(
    {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"}, plain="persistentVolumeReclaimPolicy accessModes",
    capacity=QUANTITIES, hostPath=record({"type": ""}),
)  # fmt: skip
WEBHOOK = record(
    {"failurePolicy": "Fail", "matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}, "timeoutSeconds": 10},
    clientConfig=record(service=record({"port": 443})), rules=each(record({"scope": "*"})),
)  # fmt: skip

DEFAULTS: Mapping[tuple[str, str], Fill] = {
    ("", "Pod"): POD,
    ("", "PodTemplate"): record({"template": {}}, metadata=METADATA, template=TEMPLATE),
    ("", "ReplicationController"): record(metadata=METADATA, spec=REPLICA_SET, more=_controller),
    ("apps", "Deployment"): _kind(DEPLOYMENT),
    ("apps", "StatefulSet"): _kind(STATEFUL_SET),
    ("apps", "DaemonSet"): _kind(DAEMON_SET),
    ("apps", "ReplicaSet"): _kind(REPLICA_SET),
    ("batch", "Job"): _kind(JOB),
    ("batch", "CronJob"): _kind(CRON_JOB),
    ("", "ConfigMap"): record(plain="data binaryData", metadata=METADATA),
    ("", "Secret"): record({"type": "Opaque"}, plain="type data stringData", metadata=METADATA, more=_secret),
    ("", "Service"): _kind(SERVICE),
    ("", "ServiceAccount"): record(plain="secrets imagePullSecrets", metadata=METADATA),
    ("", "Namespace"): record({"spec": {"finalizers": ["kubernetes"]}}, metadata=METADATA, more=_namespace),
    ("", "PersistentVolumeClaim"): _kind(CLAIM_SPEC),
    ("", "PersistentVolume"): _kind(PERSISTENT_VOLUME),
    ("", "ResourceQuota"): _kind(record(plain="hard scopes", hard=QUANTITIES)),
    ("", "LimitRange"): _kind(record(limits=each(LIMIT))),
    ("networking.k8s.io", "Ingress"): _kind(record(plain="tls rules")),
    ("networking.k8s.io", "IngressClass"): _kind(record(parameters=record({"scope": "Cluster"}))),
    ("networking.k8s.io", "NetworkPolicy"): _kind(NETWORK_POLICY),
    ("policy", "PodDisruptionBudget"): _kind(record(selector=SELECTOR)),
    ("autoscaling", "HorizontalPodAutoscaler"): _kind(AUTOSCALER),
    (RBAC, "Role"): ROLE,
    (RBAC, "ClusterRole"): ROLE,
    (RBAC, "RoleBinding"): BINDING,
    (RBAC, "ClusterRoleBinding"): BINDING,
    (STORAGE, "StorageClass"): _kind(values={"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"}),
    ("scheduling.k8s.io", "PriorityClass"): _kind(values={"preemptionPolicy": "PreemptLowerPriority"}),
    (ADMISSION, "ValidatingWebhookConfiguration"): _kind(webhooks=each(WEBHOOK)),
    (ADMISSION, "MutatingWebhookConfiguration"): _kind(webhooks=each(both(WEBHOOK, record({"reinvocationPolicy": "Never"})))),
}
BY_VERSION: Mapping[tuple[str, str, str], Fill] = {
    ("autoscaling", "v1", "HorizontalPodAutoscaler"): _kind(record({"minReplicas": 1, "targetCPUUtilizationPercentage": 80})),
}
"""Where the members of a kind differ from version to version."""
