"""Kubernetes' kinds as policies see them: groups, plurals, and where a workload keeps its pod template."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from guidance.documents.pointer import Token

TEMPLATES: dict[tuple[str, str], tuple[Token, ...]] = {
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "PetSet"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("batch", "Job"): ("spec", "template"),
    ("batch", "ScheduledJob"): ("spec", "jobTemplate", "spec", "template"),
    ("", "PodTemplate"): ("template",),
    ("", "ReplicationController"): ("spec", "template"),
}
MOVED: dict[tuple[str, str], str] = {
    **{("extensions", kind): "apps" for kind in ("DaemonSet", "Deployment", "ReplicaSet")},
    **{("extensions", kind): "networking.k8s.io" for kind in ("Ingress", "NetworkPolicy")},
    ("extensions", "PodSecurityPolicy"): "policy",
    ("extensions", "Job"): "batch",
    ("extensions", "HorizontalPodAutoscaler"): "autoscaling",
}
"""The groups that kinds went to: the same objects under another name."""
ADMISSION, RBAC, STORAGE = "admissionregistration.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io"
CLUSTER_SCOPED = frozenset(
    {
        ("", "Namespace"), ("", "Node"), ("", "PersistentVolume"), ("", "ComponentStatus"),
        (RBAC, "ClusterRole"), (RBAC, "ClusterRoleBinding"),
        (STORAGE, "StorageClass"), (STORAGE, "CSIDriver"), (STORAGE, "CSINode"), (STORAGE, "VolumeAttachment"),
        (STORAGE, "VolumeAttributesClass"),
        (ADMISSION, "ValidatingWebhookConfiguration"), (ADMISSION, "MutatingWebhookConfiguration"),
        (ADMISSION, "ValidatingAdmissionPolicy"), (ADMISSION, "ValidatingAdmissionPolicyBinding"),
        (ADMISSION, "MutatingAdmissionPolicy"), (ADMISSION, "MutatingAdmissionPolicyBinding"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"), ("apiregistration.k8s.io", "APIService"),
        ("certificates.k8s.io", "CertificateSigningRequest"), ("certificates.k8s.io", "ClusterTrustBundle"),
        (ADMISSION, "InitializerConfiguration"), (ADMISSION, "ExternalAdmissionHookConfiguration"),
        ("authentication.k8s.io", "SelfSubjectReview"), ("authentication.k8s.io", "TokenReview"),
        ("authorization.k8s.io", "SelfSubjectAccessReview"), ("authorization.k8s.io", "SelfSubjectRulesReview"),
        ("authorization.k8s.io", "SubjectAccessReview"),
        ("policy", "PodSecurityPolicy"), ("extensions", "ThirdPartyResource"), ("auditregistration.k8s.io", "AuditSink"),
        ("internal.apiserver.k8s.io", "StorageVersion"), ("storagemigration.k8s.io", "StorageVersionMigration"),
        ("scheduling.k8s.io", "PriorityClass"), ("node.k8s.io", "RuntimeClass"),
        ("networking.k8s.io", "IngressClass"), ("networking.k8s.io", "IPAddress"), ("networking.k8s.io", "ServiceCIDR"),
        ("networking.k8s.io", "ClusterCIDR"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema"), ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
        ("resource.k8s.io", "DeviceClass"), ("resource.k8s.io", "ResourceSlice"),
        ("resource.k8s.io", "DeviceTaintRule"), ("resource.k8s.io", "ResourceClass"), ("resource.k8s.io", "ResourcePoolStatusRequest"),
    }
)  # fmt: skip
CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")


@dataclass(frozen=True)
class Resource:
    """What an object is, by its `apiVersion` and `kind`. The core group is ``""``."""

    group: str
    version: str
    kind: str

    @cached_property
    def home(self) -> str:
        """The group that the kind is in today."""
        return MOVED.get((self.group, self.kind), self.group)

    @cached_property
    def plural(self) -> str:
        """The name of the resource in URLs and rules, formed as Kubernetes forms its own."""
        name = self.kind.lower()
        if name.endswith("endpoints"):
            return name
        if re.search(r"(s|x|z|ch|sh)$", name):
            return name + "es"
        return name[:-1] + "ies" if re.search(r"[^aeiou]y$", name) else name + "s"

    @property
    def namespaced(self) -> bool:
        """Whether its objects lie in a namespace. Kinds that are not Kubernetes' own count as if they do."""
        return (self.home, self.kind) not in CLUSTER_SCOPED

    @property
    def pod_at(self) -> tuple[Token, ...] | None:
        """Where the pod is that this object is or will make: () for a Pod itself, None where there is none."""
        return () if self == POD else TEMPLATES.get((self.home, self.kind))


POD = Resource("", "v1", "Pod")
NAMESPACE = Resource("", "v1", "Namespace")


@lru_cache(maxsize=1024)
def resource(api_version: str, kind: str) -> Resource:
    """`apps/v1` and `Deployment`; `v1` and `Pod`."""
    group, _, version = api_version.rpartition("/")
    return Resource(group, version, kind)
