"""Single objects as they are in the clusters, for the policies that read them: with this process' credential."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from clusters import connections
from clusters.errors import ClusterError, NotFound, Permanent, TimedOut
from clusters.objects import Object, Ref

WITHIN_SECONDS = 2.0
"""For one answer: somebody waits for the verdict."""
SILENT_SECONDS = 5.0
"""So long a cluster that let this time pass is not asked again: many may wait for verdicts, or one for many."""


@dataclass(frozen=True)
class Known:
    """An object, or why nobody knows it; with neither there is none."""

    found: Object | None = None
    why: str = ""


Read = Callable[[str, Ref], Known]
"""From a cluster."""
_silent: dict[str, tuple[float, Known]] = {}


def told(cluster: str, ref: Ref) -> Known:
    """As it is now, or what is in the way of knowing it."""
    at, silence = _silent.get(cluster, (0.0, None))
    if silence is not None and monotonic() - at < SILENT_SECONDS:
        return silence
    try:
        return _read(cluster, ref)
    except TimedOut as error:
        _silent[cluster] = (monotonic(), Known(why=_why(error)))
        return _silent[cluster][1]
    except ClusterError as error:
        return Known(why=_why(error))


def unasked(_cluster: str, _what: object) -> Known:
    """Nothing, at once: for whoever only wants to know whether a cluster would be asked."""
    return Known()


def forget() -> None:
    """Which clusters were silent."""
    _silent.clear()


def afresh(cluster: str, ref: Ref) -> Known:
    """The same. Raises the temporary errors of the cluster: whoever can wait asks again."""
    try:
        return _read(cluster, ref)
    except Permanent as error:
        return Known(why=_why(error))


def _read(cluster: str, ref: Ref) -> Known:
    """Raises ClusterError."""
    try:
        found = connections.gateway(cluster).get(ref, within=WITHIN_SECONDS)
    except NotFound:
        return Known()
    metadata = {key: value for key, value in found["metadata"].items() if key != "managedFields"}
    return Known({**found, "metadata": metadata})


def _why(error: ClusterError) -> str:
    return f"it could not be had: {error.message.rstrip('.')}"
