"""The kinds that the sandbox stores: those of the gateway, and a few that only administrators and controllers touch."""

from collections.abc import Mapping

from clusters.objects import RESOURCES, Resource

KINDS: Mapping[str, Resource] = {
    **RESOURCES,
    **{
        resource.kind: resource
        for resource in (
            Resource("v1", "Secret", "secrets"),
            Resource("v1", "ServiceAccount", "serviceaccounts"),
            Resource("v1", "Node", "nodes", namespaced=False),
        )
    },
}
BY_PLURAL: Mapping[tuple[str, str], Resource] = {(resource.api_version, resource.plural): resource for resource in KINDS.values()}
SCALABLE = frozenset({"Deployment", "ReplicaSet", "StatefulSet"})
WITH_GENERATION = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "NetworkPolicy"})


def group_of(resource: Resource) -> str:
    """The API group; empty for the core."""
    return resource.api_version.rpartition("/")[0]


def qualified(resource: Resource) -> str:
    """As messages name it: `deployments.apps`, `pods`."""
    group = group_of(resource)
    return f"{resource.plural}.{group}" if group else resource.plural
