"""The objects of namespaces, for the policies that read them."""

from collections.abc import Callable
from time import monotonic

from clusters.objects import Ref
from guidance.services import objects
from guidance.services.objects import Known

KEPT_SECONDS = 5.0
"""So old may be what a submission is judged by. What is executed was judged by what was read then."""
MOST_KEPT = 10_000

Read = Callable[[str, str], Known]
"""By cluster and name."""
_kept: dict[tuple[str, str], tuple[float, Known]] = {}


def kept(cluster: str, name: str) -> Known:
    """As it was at most KEPT_SECONDS ago. A cluster that does not answer is not asked again before that, either."""
    now = monotonic()
    at, known = _kept.get((cluster, name), (0.0, None))
    if known is None or now - at >= KEPT_SECONDS:
        known = _read(objects.told, cluster, name)
        if len(_kept) >= MOST_KEPT:
            forget()
        _kept[cluster, name] = (now, known)
    return known


def forget() -> None:
    """All that is kept."""
    _kept.clear()


def afresh(cluster: str, name: str) -> Known:
    """As it is now. Raises the temporary errors of the cluster: whoever can wait asks again."""
    return _read(objects.afresh, cluster, name)


def _read(read: objects.Read, cluster: str, name: str) -> Known:
    if not cluster or not name:
        return Known(why="nobody has said in which cluster and namespace it is")
    known = read(cluster, Ref.to("Namespace", name))
    return known if known.found or known.why else Known(why=f"there is no namespace {name} in the cluster {cluster}")
