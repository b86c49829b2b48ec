"""Kubernetes' own kinds, so that a misspelt one is told and not passed over in silence.

Groups that are not listed may hold anything: they belong to custom resources, or no policy needs them.
"""

KINDS: dict[str, frozenset[str]] = {
    "": frozenset(
        {
            "Binding", "ConfigMap", "Endpoints", "Event", "LimitRange", "List", "Namespace", "Node", "PersistentVolume",
            "PersistentVolumeClaim", "Pod", "PodTemplate", "ReplicationController", "ResourceQuota", "Secret", "Service", "ServiceAccount",
        }
    ),
    "apps": frozenset(["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    "autoscaling": frozenset(["HorizontalPodAutoscaler", "Scale"]),
    "batch": frozenset(["CronJob", "Job"]),
    "networking.k8s.io": frozenset(["IPAddress", "Ingress", "IngressClass", "NetworkPolicy", "ServiceCIDR"]),
    "policy": frozenset(["Eviction", "PodDisruptionBudget"]),
    "rbac.authorization.k8s.io": frozenset(["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
}  # fmt: skip
ENDED: dict[str, dict[str, str]] = {
    "extensions/v1beta1": {
        **dict.fromkeys(["DaemonSet", "Deployment", "ReplicaSet"], "apps/v1"),
        **dict.fromkeys(["Ingress", "NetworkPolicy"], "networking.k8s.io/v1"),
    },
    **{f"apps/{version}": dict.fromkeys(KINDS["apps"], "apps/v1") for version in ("v1beta1", "v1beta2")},
    "batch/v1beta1": {"CronJob": "batch/v1"},
    "batch/v2alpha1": {"CronJob": "batch/v1"},
    "networking.k8s.io/v1beta1": dict.fromkeys(["Ingress", "IngressClass"], "networking.k8s.io/v1"),
    "policy/v1beta1": {"PodDisruptionBudget": "policy/v1"},
    **{f"autoscaling/{version}": {"HorizontalPodAutoscaler": "autoscaling/v2"} for version in ("v2beta1", "v2beta2")},
    **{
        f"rbac.authorization.k8s.io/{version}": dict.fromkeys(KINDS["rbac.authorization.k8s.io"], "rbac.authorization.k8s.io/v1")
        for version in ("v1alpha1", "v1beta1")
    },
}
"""Versions that Kubernetes serves no more, and what to write in their place."""


def mistake(api_version: str, kind: str) -> str | None:
    """What is wrong with these two, in words; None where nothing is, or nothing is known."""
    if successor := ENDED.get(api_version, {}).get(kind):
        return f"Kubernetes serves {kind} in {api_version} no more: write {successor}"
    group = api_version.rpartition("/")[0]
    kinds = KINDS.get(group)
    if kinds is None or kind in kinds or kind.removesuffix("List") in kinds:
        return None
    from difflib import get_close_matches  # few files need it

    near = get_close_matches(kind, kinds, n=1)
    elsewhere = sorted(other for other, members in KINDS.items() if kind in members)
    if elsewhere:
        return f"{api_version} has no kind {kind}: it is in {elsewhere[0] + '/v1' if elsewhere[0] else 'v1'}"
    return f"{api_version} has no kind {kind}" + (f": did you mean {near[0]}?" if near else "")
