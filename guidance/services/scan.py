"""The background scan: a report per namespace on what the policies in force say of its live workloads.

Each run looks at everything anew, so a run that was lost or came twice changes nothing.
"""

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now

from clusters.models import Cluster, Namespace
from clusters.objects import Object
from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import find
from guidance.judging.results import Outcome, Result
from guidance.models import NamespaceReport
from guidance.policies.exempting import exempted
from guidance.services.exemptions import by_namespace
from guidance.services.live import LeftOut, workloads
from guidance.services.policies import LocalPolicies, in_namespace, policies_in_force

log = logging.getLogger(__name__)
MOST_RESULTS = 200
"""Kept of one namespace."""
FIELDS = ("scanned_at", "summary", "results", "left_off", "problems", "exemptions_used")


@dataclass
class Findings:
    """What was found in one namespace so far."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    results: list[dict[str, JsonValue]] = field(default_factory=list)
    left_off: int = 0
    used: set[UUID] = field(default_factory=set)

    def add(self, workload: Object, result: Result, local: LocalPolicies) -> None:
        self.outcomes[result.outcome] += 1
        if result.outcome is Outcome.SKIP:
            self.used.add(exempted(workload, local.exemptions)[result.policy].id)
        if result.outcome is Outcome.PASS:
            return
        if len(self.results) < MOST_RESULTS:
            self.results.append({"resource": identity(workload), **result.as_json()})
        else:
            self.left_off += 1


def identity(workload: Object) -> dict[str, JsonValue]:
    named = {"apiVersion": workload.get("apiVersion"), "kind": workload.get("kind")}
    return {**named, "namespace": find(workload, ("metadata", "namespace")), "name": find(workload, ("metadata", "name"))}


def scan() -> dict[str, str]:
    """Look at every cluster; one that cannot be read keeps its reports, whose age tells. Returns why, by cluster."""
    unread: dict[str, str] = {}
    for cluster, now in Cluster.objects.values_list("slug", Now()):
        try:
            NamespaceReport.objects.bulk_create(
                reports(cluster, now), update_conflicts=True, unique_fields=["namespace"], update_fields=FIELDS
            )
        except Unreadable as error:
            log.warning("cluster %s was not scanned: %s", cluster, error)
            unread[cluster] = str(error)
    return unread


class Unreadable(Exception):
    """A cluster did not answer to the end."""


def reports(cluster: str, now: datetime) -> list[NamespaceReport]:
    """Of each namespace that somebody has registered, unsaved. Raises Unreadable."""
    rows = {row.name: row for row in Namespace.objects.filter(cluster_id=cluster)}
    policies, exemptions = policies_in_force(), by_namespace()
    local = {name: in_namespace(policies, row, exemptions) for name, row in rows.items()}
    found = {name: Findings() for name in rows}
    problems: list[str] = []
    for workload in workloads(cluster, rows):
        if isinstance(workload, LeftOut):
            if workload.whole:
                raise Unreadable(workload.why)
            problems.append(workload.why)
            continue
        here = workload["metadata"]["namespace"]
        for result in local[here].results(workload, mend_from=None).results:
            found[here].add(workload, result, local[here])
    return [_report(rows[name], one, now, problems) for name, one in found.items()]


def _report(row: Namespace, found: Findings, scanned_at: datetime, problems: list[str]) -> NamespaceReport:
    return NamespaceReport(
        namespace=row,
        scanned_at=scanned_at,
        summary={outcome.value: found.outcomes[outcome] for outcome in Outcome},
        results=found.results,
        left_off=found.left_off,
        problems=problems,
        exemptions_used=sorted(found.used),
    )
