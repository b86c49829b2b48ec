"""What if a policy were enforced now: which live workloads would fail. Nothing is written."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from clusters.models import Namespace
from clusters.objects import Object
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.results import Outcome, Result
from guidance.services.exemptions import by_namespace
from guidance.services.live import LeftOut, workloads
from guidance.services.policies import PolicySet, Standing, in_namespace

MOST_OBJECTS = 5_000
"""Of each cluster: somebody waits for the answer."""
MOST_FOUND = 1_000


@dataclass(frozen=True)
class Failing:
    """A workload that would not pass, and what the policy says of it."""

    namespace: Namespace
    workload: Object
    result: Result


@dataclass(frozen=True)
class Answer:
    """`teams` counts all that was judged, by team; `failing` has the first of those that do not pass, `left_off` counts the others."""

    teams: Mapping[str | None, Mapping[Outcome, int]]
    failing: Sequence[Failing]
    left_off: int
    problems: Sequence[str]

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        return {outcome: sum(counts[outcome] for counts in self.teams.values()) for outcome in Outcome}


def what_if(policy: CompiledPolicy, standing: Standing, namespaces: Iterable[Namespace]) -> Answer:
    """Judge the live workloads of these namespaces by one policy, at these levels and with the exemptions in force."""
    alone = PolicySet((policy,), {policy.name: standing})
    teams: dict[str | None, Counter[Outcome]] = {}
    failing: list[Failing] = []
    problems: list[str] = []
    for found in _judged(alone, namespaces):
        if isinstance(found, str):
            problems.append(found)
            continue
        teams.setdefault(found.namespace.team_id, Counter())[found.result.outcome] += 1
        if found.result.outcome is not Outcome.PASS:
            failing.append(found)
    by_team = {team: {outcome: counts[outcome] for outcome in Outcome} for team, counts in teams.items()}
    return Answer(by_team, failing[:MOST_FOUND], len(failing[MOST_FOUND:]), problems)


def _judged(policies: PolicySet, namespaces: Iterable[Namespace]) -> Iterator[Failing | str]:
    exemptions = by_namespace()
    ordered = sorted(namespaces, key=lambda row: (row.cluster_id, row.name))
    for cluster, rows in groupby(ordered, key=lambda row: row.cluster_id):
        here = {row.name: row for row in rows}
        local = {name: in_namespace(policies, row, exemptions) for name, row in here.items()}
        for found in workloads(cluster, here, most=MOST_OBJECTS):
            if isinstance(found, LeftOut):
                yield f"{cluster}: {found.why}"
                continue
            name = found["metadata"]["namespace"]
            yield from (Failing(here[name], found, result) for result in local[name].results(found, mend_from=None).results)
