"""Live workloads, read with this process' credential: what runs, not what made it run."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from clusters import connections, drift
from clusters.errors import ClusterError, Forbidden
from clusters.gateway import Gateway
from clusters.objects import Object

KINDS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "ReplicaSet", "Pod")
FEW = 5
"""Namespaces that are read one by one; of more than that the whole cluster is read."""
MOST_OBJECTS = 20_000


@dataclass(frozen=True)
class LeftOut:
    """What could not be read, and why. `whole`: nothing more of the cluster either, and nobody knows how much that is."""

    why: str
    whole: bool = False


def workloads(cluster: str, namespaces: Collection[str], *, most: int = MOST_OBJECTS) -> Iterator[Object | LeftOut]:
    """The workloads of these namespaces, without their status; what a controller has made is told by what it was made from.

    What could not be read comes in between; nothing is raised.
    """
    try:
        gateway = connections.gateway(cluster)
        for number, found in enumerate(one for kind in KINDS for one in _of_kind(gateway, kind, namespaces)):
            if number >= most:
                yield LeftOut(f"only the first {most} objects were looked at")
                return
            yield found
    except ClusterError as error:
        yield LeftOut(error.message, whole=True)


def _of_kind(gateway: Gateway, kind: str, namespaces: Collection[str]) -> Iterator[Object | LeftOut]:
    try:
        for found in _listed(gateway, kind, namespaces):
            if found["metadata"]["namespace"] in namespaces and not _has_controller(found):
                yield drift.essence(found)
    except Forbidden as error:
        yield LeftOut(error.message)


def _listed(gateway: Gateway, kind: str, namespaces: Collection[str]) -> Iterator[Object]:
    if len(namespaces) > FEW:
        yield from gateway.each(kind)
    else:
        for namespace in sorted(namespaces):
            yield from gateway.each(kind, namespace)


def _has_controller(found: Object) -> bool:
    return any(owner.get("controller") for owner in found["metadata"].get("ownerReferences") or ())
