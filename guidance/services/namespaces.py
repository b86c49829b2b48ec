"""The objects of namespaces, for the policies that read them: from the clusters, with this process' credential."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from clusters import connections
from clusters.errors import ClusterError, NotFound, Permanent
from clusters.objects import Object, Ref
from guidance.policies.binding import Context

WITHIN_SECONDS = 2.0
"""For one answer: somebody waits for the verdict."""
KEPT_SECONDS = 5.0
"""So old may be what a submission is judged by. What is executed was judged by what was read then."""
MOST_KEPT = 10_000


@dataclass(frozen=True)
class Known:
    """A namespace, or why nobody knows it."""

    found: Object | None = None
    why: str = ""

    def beside(self, context: Context) -> Context:
        """What else is known of a manifest, and this."""
        return replace(context, namespace_object=self.found, no_namespace=self.why)


Read = Callable[[str, str], Known]
"""By cluster and name."""
_kept: dict[tuple[str, str], tuple[float, Known]] = {}


def kept(cluster: str, name: str) -> Known:
    """As it was at most KEPT_SECONDS ago. A cluster that does not answer is not asked again before that, either."""
    now = monotonic()
    at, known = _kept.get((cluster, name), (0.0, None))
    if known is None or now - at >= KEPT_SECONDS:
        known = _told(cluster, name)
        if len(_kept) >= MOST_KEPT:
            forget()
        _kept[cluster, name] = (now, known)
    return known


def forget() -> None:
    """All that is kept."""
    _kept.clear()


def afresh(cluster: str, name: str) -> Known:
    """As it is now. Raises the temporary errors of the cluster: whoever can wait asks again."""
    try:
        return _read(cluster, name)
    except Permanent as error:
        return Known(why=_why(error))


def _told(cluster: str, name: str) -> Known:
    try:
        return _read(cluster, name)
    except ClusterError as error:
        return Known(why=_why(error))


def _read(cluster: str, name: str) -> Known:
    """Raises ClusterError."""
    if not cluster or not name:
        return Known(why="nobody has said in which cluster and namespace it is")
    try:
        found = connections.gateway(cluster).get(Ref.to("Namespace", name), within=WITHIN_SECONDS)
    except NotFound:
        return Known(why=f"there is no namespace {name} in the cluster {cluster}")
    metadata = {key: value for key, value in found["metadata"].items() if key != "managedFields"}
    return Known({**found, "metadata": metadata})


def _why(error: ClusterError) -> str:
    return f"it could not be had: {error.message.rstrip('.')}"
