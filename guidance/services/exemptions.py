"""Exemptions: whom they let pass now, and their end."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from audit.actor import Actor
from audit.ledger import Change, commit, judged_again
from guidance.models import Exemption, NamespaceReport, Policy
from guidance.policies.exempting import Exempted, words

SETTLED = timedelta(days=7)
"""How long an exemption has been there before a scan tells that nothing needs it."""
IN_FORCE = """
SELECT json_agg(one ORDER BY one.id) FROM (
  SELECT policy.slug AS policy, one.id, one.kind, one.name, one.until, one.granted_by, one.asked_by, one.reason
  FROM guidance_exemption one JOIN guidance_policy policy ON policy.id = one.policy_id
  WHERE one.cluster_id = %s AND one.namespace = %s AND one.until > statement_timestamp()) one
"""
"""Those of a cluster and a namespace, for `from_rows`; by the database's clock, as everything that ends."""


def from_rows(rows: Sequence[Mapping[str, Any]] | None) -> tuple[Exempted, ...]:
    return tuple(_exempted(row) for row in rows or ())


def _exempted(row: Mapping[str, Any]) -> Exempted:
    told = words(until=datetime.fromisoformat(row["until"]), granted_by=row["granted_by"], asked_by=row["asked_by"], reason=row["reason"])
    return Exempted(UUID(row["id"]), row["policy"], row["kind"], row["name"], told)


def by_namespace() -> dict[tuple[str, str], tuple[Exempted, ...]]:
    """All that have not ended, by cluster and namespace."""
    found: dict[tuple[str, str], tuple[Exempted, ...]] = {}
    for one in Exemption.objects.filter(until__gt=Now()).select_related("policy").order_by("pk"):
        here = Exempted(one.pk, one.policy.slug, one.kind, one.name, words_of(one))
        found[one.cluster_id, one.namespace] = (*found.get((one.cluster_id, one.namespace), ()), here)
    return found


def in_force(policy: Policy) -> list[Exemption]:
    """Those of a policy that have not ended, the next to end first."""
    return list(Exemption.objects.filter(policy=policy, until__gt=Now()))


def suppresses(one: Exemption, report: NamespaceReport | None) -> bool | None:
    """Whether the last scan met something that it lets pass. None where nobody knows: it may run only some days after it was exempted."""
    if report is None or report.scanned_at < one.granted_at:
        return None
    if one.pk in report.exemptions_used:
        return True
    return False if report.scanned_at - one.granted_at >= SETTLED and not report.problems else None


def idle() -> list[Exemption]:
    """Those that suppress nothing."""
    known = reports()
    rows = Exemption.objects.filter(until__gt=Now()).select_related("policy")
    return [one for one in rows if suppresses(one, known.get((one.cluster_id, one.namespace))) is False]


def reports() -> dict[tuple[str, str], NamespaceReport]:
    """The last one of each namespace, without its results."""
    rows = NamespaceReport.objects.select_related("namespace").defer("results")
    return {(row.namespace.cluster_id, row.namespace.name): row for row in rows}


def words_of(one: Exemption) -> str:
    return words(until=one.until, granted_by=one.granted_by, asked_by=one.asked_by, reason=one.reason)


def over() -> list[UUID]:
    """Those whose time is over: they let nobody pass any more, and wait to be told as ended."""
    return list(Exemption.objects.filter(until__lte=Now()).order_by("until").values_list("pk", flat=True)[:1000])


@judged_again
def end(exemption_id: UUID, *, actor: Actor) -> None:
    """Tell in the history of its policy that an exemption is over, and forget it. One that was renewed meanwhile is left alone."""
    one = Exemption.objects.select_related("policy").filter(pk=exemption_id, until__lte=Now()).first()
    if one is not None:
        commit(Change(one.policy, "Policy.exemption_over", actor, as_json(one)).remove(one))


def as_json(one: Exemption) -> dict[str, object]:
    """What the history tells of it."""
    return {
        "cluster": one.cluster_id,
        "namespace": one.namespace,
        "kind": one.kind,
        "name": one.name,
        "until": one.until,
        "reason": one.reason,
        "asked_by": one.asked_by,
        "granted_by": list(one.granted_by),
        "request": one.request,
    }
