"""The rules in force, compiled once per process and read again as soon as one of them has changed."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from audit.epoch import Epoch
from audit.rows import fetch
from autonomy.boundaries import Condition, Rule
from autonomy.models import Boundary, Level
from guidance.expressions import cel
from guidance.policies.enforcing import Where
from guidance.services import objects
from guidance.services.exemptions import IN_FORCE, from_rows
from guidance.services.policies import LocalPolicies, PolicySet, policies_in_force

log = logging.getLogger(__name__)

CONSULT = f"""
SELECT coalesce((SELECT string_agg(head, '' ORDER BY id) FROM autonomy_boundary), ''),
       coalesce((SELECT string_agg(head, '' ORDER BY id) FROM guidance_policy), ''),
       cluster.slug, namespace.team_id, namespace.environment, ({IN_FORCE})
FROM (VALUES (1)) AS one
LEFT JOIN clusters_cluster cluster ON cluster.slug = %s
LEFT JOIN clusters_namespace namespace ON namespace.cluster_id = cluster.slug AND namespace.name = %s
"""
CONDITION_VARIABLES = ("action", "target", "parameters")


@dataclass(frozen=True)
class Rulebook:
    boundaries: tuple[Rule, ...]
    policies: PolicySet


@dataclass(frozen=True)
class Place:
    """Where a target is: whether its cluster is known, whose its namespace is (None: the platform's), which environment."""

    cluster_known: bool
    team: str | None
    environment: str


class Consulted(NamedTuple):
    """What a submission is judged by; `policies` as they hold in this place."""

    rules: Rulebook
    place: Place
    policies: LocalPolicies


_compiled: tuple[tuple[bytes, bytes], Rulebook] | None = None


def consult(cluster: str, namespace: str, epoch: Epoch | None = None) -> Consulted:
    """The rules as they are now, or in the epoch that the caller was met in, and the place of a target; at most one read."""
    if epoch is None:
        return _read(cluster, namespace)
    return epoch.keep((cluster, namespace), lambda: _read(cluster, namespace))


def _read(cluster: str, namespace: str) -> Consulted:
    ((boundaries, policies, known, team, environment, exemptions),) = fetch(CONSULT, cluster, namespace, cluster, namespace)
    rules, place = _rulebook((bytes(boundaries), bytes(policies))), Place(known is not None, team, environment or "")
    where = Where(cluster, namespace, team, place.environment)
    return Consulted(rules, place, LocalPolicies(rules.policies, where, from_rows(exemptions), former=objects.told))


def _rulebook(version: tuple[bytes, bytes]) -> Rulebook:
    """The heads of all rules name their state: same heads, same rules."""
    global _compiled  # noqa: PLW0603 a cache of the process; a race compiles twice and is harmless
    if _compiled is None or _compiled[0] != version:
        _compiled = (version, Rulebook(tuple(_in_force(row) for row in Boundary.objects.all()), policies_in_force()))
    return _compiled[1]


def _in_force(row: Boundary) -> Rule:
    """A condition that this version of the product does not read gives no answer, and the other boundaries go on."""
    try:
        return compiled(row)
    except cel.ExpressionError as error:
        log.error("boundary %s: this version of the product does not read its condition: %s", row.slug, error)  # noqa: TRY400
        return _rule(row, partial(_holds, row, None))


def compiled(row: Boundary) -> Rule:
    """Raises guidance.expressions.cel.ExpressionError when the condition is not CEL."""
    return _rule(row, partial(_holds, row, cel.compile(row.condition, CONDITION_VARIABLES)) if row.condition else None)


def _rule(row: Boundary, condition: Condition | None) -> Rule:
    return Rule(row.slug, row.level, row.reason, row.actions, row.environments, row.namespaces, row.kinds, condition)


def _holds(row: Boundary, program: cel.Program | None, variables: Mapping[str, object]) -> bool:
    """A condition that gives no answer counts as met where the boundary restricts, and as not met where it allows: it never opens."""
    try:
        answer = program.evaluate(variables) if program else None
    except cel.EvaluationError as error:
        log.warning("boundary %s: its condition failed: %s", row.slug, error)
        answer = None
    return answer if isinstance(answer, bool) else row.level > Level.FULL
