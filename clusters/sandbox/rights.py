"""Who may do what: the administrator everything, web processes and workers exactly what the RBAC manifests in `deploy/rbac` grant them."""

from collections.abc import Mapping

from clusters.sandbox.kinds import group_of, qualified
from clusters.sandbox.refusals import Refused, details_of
from clusters.sandbox.verbs import Target

ADMIN = "admin"
VERBS: Mapping[str, str] = {"POST": "create", "PATCH": "patch", "PUT": "update", "DELETE": "delete"}
READING = frozenset({"get", "list", "watch"})
READABLE = frozenset(
    {
        "namespaces", "pods", "events", "resourcequotas", "limitranges", "deployments", "replicasets", "statefulsets",
        "daemonsets", "jobs", "cronjobs", "networkpolicies", "horizontalpodautoscalers",
    }
)  # fmt: skip
WORKERS: Mapping[str, frozenset[str]] = {
    "deployments": frozenset({"create", "patch", "update"}),
    "deployments/scale": frozenset({"get", "patch", "update"}),
    "networkpolicies": frozenset({"create", "patch", "update"}),
    "resourcequotas": frozenset({"create", "patch", "update"}),
}


def check(user: str, verb: str, target: Target, *, dry_run: bool = False) -> None:
    """Raises Refused (403), in the words of a real API server."""
    resource = f"{target.resource.plural}/{target.subresource}" if target.subresource else target.resource.plural
    if user == ADMIN or (verb in READING and resource in READABLE):
        return
    if user == "worker" and (verb in WORKERS.get(resource, ()) or (resource, verb, dry_run) == ("pods", "create", True)):
        return
    named = f'{qualified(target.resource)} "{target.name}"' if target.name else qualified(target.resource)
    where = f' in the namespace "{target.namespace}"' if target.namespace else " at the cluster scope"
    why = f'User "{user}" cannot {verb} resource "{resource}" in API group "{group_of(target.resource)}"{where}'
    raise Refused(403, "Forbidden", f"{named} is forbidden: {why}", details_of(target.resource, target.name))
