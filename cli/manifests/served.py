"""What Kubernetes serves or once served: of each group its versions, the newest first, and the kinds of each.

From the discovery documents and the API modules of Kubernetes 1.0 to 1.37. Objects that only travel between components (AdmissionReview
but for what `autonomy check` reads, configuration files) are not among them.
"""

from functools import cache

EXTENSIONS = "extensions"
"""Where kinds began before they had a group of their own; all have left it."""
WORKLOADS = "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet"
WEBHOOKS = "MutatingWebhookConfiguration ValidatingWebhookConfiguration"
ADMISSION_POLICIES = "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"
REVIEWS = "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview"
ROLES = "ClusterRole ClusterRoleBinding Role RoleBinding"
PRIORITIES = "FlowSchema PriorityLevelConfiguration"
DEVICES = "DeviceClass DeviceTaintRule ResourceClaim ResourceClaimTemplate ResourceSlice"
SERVED: dict[str, dict[str, str]] = {
    "": {
        "v1": "Binding ComponentStatus ConfigMap Endpoints Event LimitRange List Namespace Node PersistentVolume PersistentVolumeClaim Pod"
        " PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
    },
    "apps": {
        "v1": WORKLOADS,
        "v1beta2": f"{WORKLOADS} Scale",
        "v1beta1": "ControllerRevision Deployment DeploymentRollback Scale StatefulSet",
        "v1alpha1": "PetSet",
    },
    "autoscaling": {
        "v2": "HorizontalPodAutoscaler",
        "v1": "HorizontalPodAutoscaler Scale",
        **dict.fromkeys(["v2beta2", "v2beta1", "v2alpha1"], "HorizontalPodAutoscaler"),
    },
    "batch": {"v1": "CronJob Job", "v1beta1": "CronJob", "v2alpha1": "CronJob Job ScheduledJob"},
    "policy": {
        "v1": "Eviction PodDisruptionBudget",
        "v1beta1": "Eviction PodDisruptionBudget PodSecurityPolicy",
        "v1alpha1": "Eviction PodDisruptionBudget",
    },
    "networking.k8s.io": {
        "v1": "IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR",
        "v1beta1": "IPAddress Ingress IngressClass ServiceCIDR",
        "v1alpha1": "ClusterCIDR IPAddress ServiceCIDR",
    },
    "rbac.authorization.k8s.io": dict.fromkeys(["v1", "v1beta1", "v1alpha1"], ROLES),
    "admissionregistration.k8s.io": {
        "v1": f"{ADMISSION_POLICIES} {WEBHOOKS}",
        "v1beta1": f"{ADMISSION_POLICIES} {WEBHOOKS}",
        "v1alpha1": f"{ADMISSION_POLICIES} ExternalAdmissionHookConfiguration InitializerConfiguration",
    },
    "storage.k8s.io": {
        "v1": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass",
        "v1beta1": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass",
        "v1alpha1": "CSIStorageCapacity VolumeAttachment VolumeAttributesClass",
    },
    "apiextensions.k8s.io": dict.fromkeys(["v1", "v1beta1"], "CustomResourceDefinition"),
    "apiregistration.k8s.io": dict.fromkeys(["v1", "v1beta1", "v1alpha1"], "APIService"),
    "admission.k8s.io": dict.fromkeys(["v1", "v1beta1", "v1alpha1"], "AdmissionReview"),
    "authentication.k8s.io": {
        "v1": "SelfSubjectReview TokenRequest TokenReview",
        "v1beta1": "SelfSubjectReview TokenReview",
        "v1alpha1": "SelfSubjectReview",
    },
    "authorization.k8s.io": dict.fromkeys(["v1", "v1beta1"], REVIEWS),
    "certificates.k8s.io": {
        "v1": "CertificateSigningRequest ClusterTrustBundle PodCertificateRequest",
        "v1beta1": "CertificateSigningRequest ClusterTrustBundle PodCertificateRequest",
        "v1alpha1": "CertificateSigningRequest ClusterTrustBundle PodCertificateRequest",
    },
    "coordination.k8s.io": {"v1": "Lease", "v1beta1": "Lease LeaseCandidate", **dict.fromkeys(["v1alpha2", "v1alpha1"], "LeaseCandidate")},
    "discovery.k8s.io": dict.fromkeys(["v1", "v1beta1", "v1alpha1"], "EndpointSlice"),
    "events.k8s.io": dict.fromkeys(["v1", "v1beta1"], "Event"),
    "flowcontrol.apiserver.k8s.io": dict.fromkeys(["v1", "v1beta3", "v1beta2", "v1beta1", "v1alpha1"], PRIORITIES),
    "node.k8s.io": dict.fromkeys(["v1", "v1beta1", "v1alpha1"], "RuntimeClass"),
    "resource.k8s.io": {
        "v1": DEVICES,
        "v1beta2": DEVICES,
        "v1beta1": "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
        "v1alpha3": f"{DEVICES} PodSchedulingContext ResourcePoolStatusRequest",
        "v1alpha2": "PodSchedulingContext ResourceClaim ResourceClaimParameters ResourceClaimTemplate ResourceClass"
        " ResourceClassParameters ResourceSlice",
        "v1alpha1": "PodScheduling ResourceClaim ResourceClaimTemplate ResourceClass",
    },
    "scheduling.k8s.io": {
        "v1": "PriorityClass",
        "v1beta1": "PodGroup PriorityClass Workload",
        "v1alpha3": "CompositePodGroup PodGroup Workload",
        "v1alpha2": "PodGroup Workload",
        "v1alpha1": "PriorityClass Workload",
    },
    "storagemigration.k8s.io": dict.fromkeys(["v1", "v1beta1", "v1alpha1"], "StorageVersionMigration"),
    "internal.apiserver.k8s.io": {"v1alpha1": "StorageVersion"},
    "imagepolicy.k8s.io": {"v1alpha1": "ImageReview"},
    "checkpoint.k8s.io": {"v1alpha1": "PodCheckpoint"},
    "lifecycle.k8s.io": {"v1alpha1": "Eviction EvictionRequest"},
    "auditregistration.k8s.io": {"v1alpha1": "AuditSink"},
    "settings.k8s.io": {"v1alpha1": "PodPreset"},
    EXTENSIONS: {
        "v1beta1": "DaemonSet Deployment DeploymentRollback HorizontalPodAutoscaler Ingress Job NetworkPolicy PodSecurityPolicy ReplicaSet"
        " Scale ThirdPartyResource",
    },
}


@cache
def kinds(group: str, version: str) -> frozenset[str]:
    """Empty where there is no such version."""
    return frozenset(SERVED.get(group, {}).get(version, "").split())


def kinds_of(group: str) -> frozenset[str]:
    """In all of its versions."""
    return frozenset(" ".join(SERVED[group].values()).split())


@cache
def versions(kind: str) -> tuple[tuple[str, str], ...]:
    """The groups and versions that have a kind of this name: of each group the newest, and `extensions` last."""
    newest = {group: version for group, every in SERVED.items() for version in reversed(every) if kind in kinds(group, version)}
    return tuple(newest.items())
