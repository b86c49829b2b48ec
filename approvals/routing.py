"""Which groups must agree to a request, from the rules as they are now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from approvals.models import ApprovalRule
from approvals.quorum import GroupNeed
from audit.rows import columns, fetch, instance
from autonomy.boundaries import any_matches
from autonomy.models import ActionRequest


@dataclass(frozen=True)
class Route:
    """Who must approve, by when, and where they are told."""

    needs: tuple[GroupNeed, ...]
    expires_after_hours: int
    slack_channel: str
    has_all_groups: bool
    """False where a rule names a group that is gone."""


RULES = f"""
SELECT known.groups, {columns(ApprovalRule, "rule")}
FROM (SELECT ARRAY(SELECT slug FROM accounts_group) AS groups) known LEFT JOIN approvals_approvalrule rule ON true ORDER BY rule.slug
"""


def route(request: ActionRequest, owners: Iterable[str] = ()) -> Route | None:
    """All rules that match count together with one approval of each owner group; None when nobody is named.

    An override of a policy needs its owners alone, unless the request is Level 3 as well.
    """
    known, all_rules = _read()
    rules = [rule for rule in all_rules if _matches(rule, request)] if request.level == 3 else []
    owners = set(owners)
    if not rules and (request.level == 3 or not owners):
        return None
    needs: dict[str, int] = dict.fromkeys(owners, 1)
    for rule in rules:
        for group, required in _needs(rule.needs).items():
            needs[group] = max(required, needs.get(group, 0))
    return Route(
        tuple(GroupNeed(group, required) for group, required in sorted(needs.items())),
        min((rule.expires_after_hours for rule in rules), default=72),
        next((rule.slack_channel for rule in rules if rule.slack_channel), ""),
        needs.keys() <= known,
    )


def _read() -> tuple[frozenset[str], list[ApprovalRule]]:
    """The groups that there are, and the rules."""
    rows = fetch(RULES)
    return frozenset(rows[0][0]), [instance(ApprovalRule, rule) for _, *rule in rows if rule[0] is not None]


def _needs(needs: Mapping[str, int]) -> Mapping[str, int]:
    return {group: int(required) for group, required in needs.items()}


def _matches(rule: ApprovalRule, request: ActionRequest) -> bool:
    return (
        any_matches(rule.actions, request.action)
        and any_matches(rule.environments, request.environment)
        and any_matches(rule.namespaces, request.namespace)
    )
