"""What a submission would say of manifests. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from audit.epoch import Epoch
from autonomy.errors import BadTarget
from autonomy.rulebook import consult
from clusters.models import Namespace
from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import find
from guidance.judging.results import Results
from guidance.policies.binding import Context

Object = dict[str, JsonValue]


@dataclass(frozen=True)
class Candidate:
    """A manifest, the object that it replaces, and what else is known of the admission request that it comes with.

    Where nobody `says_old`, it is the object that is there.
    """

    manifest: Object
    namespace: str = ""
    old: Object | None = None
    says_old: bool = False
    request: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The namespace that it names, or else where it is said to go."""
        named = find(self.manifest, ("metadata", "namespace"))
        return named if isinstance(named, str) and named else self.namespace


def evaluate(candidates: Sequence[Candidate], *, cluster: str, epoch: Epoch | None) -> list[Results]:
    """Judge each by the policies, levels and exemptions of its place; without a cluster, of the one that has its namespace.

    Raises BadTarget.
    """
    places = {place: cluster or _cluster_of(place) for place in {one.place for one in candidates}}
    return [_judged(one, places[one.place], epoch) for one in candidates]


def _judged(one: Candidate, cluster: str, epoch: Epoch | None) -> Results:
    consulted = consult(cluster, one.place, epoch)
    if cluster and not consulted.place.cluster_known:
        raise BadTarget(f"There is no cluster {cluster!r} here.", pointer="/cluster")
    policies = replace(consulted.policies, former=None) if one.says_old else consulted.policies
    return policies.results(one.manifest, old=one.old, context=Context(request=dict(one.request)))


def _cluster_of(namespace: str) -> str:
    """Empty where nobody knows the namespace. Raises BadTarget where several clusters have it."""
    found = list(Namespace.objects.filter(name=namespace).order_by("cluster").values_list("cluster_id", flat=True))
    if len(found) > 1:
        raise BadTarget(f"The namespace {namespace} is in the clusters {', '.join(found)}: name one of them.", pointer="/cluster")
    return found[0] if found else ""
