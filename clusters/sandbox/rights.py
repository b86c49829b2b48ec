"""Who may do what: administrators everything, workers what the product writes, web processes nothing but read; secrets only the first."""

from collections.abc import Mapping

from clusters.sandbox.kinds import group_of
from clusters.sandbox.refusals import Refused, details_of
from clusters.sandbox.verbs import Target

ADMIN = "admin"
READING = frozenset({"get", "list", "watch"})
VERBS: Mapping[str, str] = {"POST": "create", "PATCH": "patch", "PUT": "update", "DELETE": "delete"}
WRITABLE = frozenset(
    {
        "Pod", "Service", "ConfigMap", "ResourceQuota", "LimitRange", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob",
        "HorizontalPodAutoscaler", "NetworkPolicy",
    }
)  # fmt: skip
"""By workers."""


def check(user: str, verb: str, target: Target) -> None:
    """Raises Refused (403), in the words of a real API server."""
    kind = target.resource.kind
    if user == ADMIN or (kind != "Secret" and (verb in READING or (user == "worker" and kind in WRITABLE))):
        return
    resource = f"{target.resource.plural}/{target.subresource}" if target.subresource else target.resource.plural
    group = group_of(target.resource)
    qualified = f"{target.resource.plural}.{group}" if group else target.resource.plural
    named = f'{qualified} "{target.name}"' if target.name else qualified
    where = f' in the namespace "{target.namespace}"' if target.namespace else " at the cluster scope"
    why = f'User "{user}" cannot {verb} resource "{resource}" in API group "{group}"{where}'
    raise Refused(403, "Forbidden", f"{named} is forbidden: {why}", details_of(target.resource, target.name))
