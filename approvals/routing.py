"""Which groups must agree to a request, from the rules as they are now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from approvals.models import ApprovalRule
from approvals.quorum import GroupNeed
from audit.epoch import Epoch
from audit.rows import fetch, from_json
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


@dataclass(frozen=True)
class Rules:
    """The rules in force, and the groups that there are."""

    groups: frozenset[str]
    rules: Sequence[ApprovalRule]


RULES = """
SELECT ARRAY(SELECT slug FROM accounts_group), (
  SELECT json_agg(rule ORDER BY rule.slug)
  FROM (SELECT id, slug, actions, environments, namespaces, needs, expires_after_hours, slack_channel FROM approvals_approvalrule) rule)
"""


def rules_in_force(epoch: Epoch | None = None) -> Rules:
    """As they are now, or in the epoch that was just met."""
    return _read() if epoch is None else epoch.keep("approval rules", _read)


def _read() -> Rules:
    ((groups, rules),) = fetch(RULES)
    return Rules(frozenset(groups), [from_json(ApprovalRule, rule) for rule in rules or []])


def route(request: ActionRequest, rules: Rules, owners: Iterable[str] = (), deciders: Iterable[str] = ()) -> Route | None:
    """All rules that match count together with one approval of each owner group, and of each group that the action itself names.

    None when nobody is named. An override of a policy needs its owners alone, unless the request is Level 3 as well: then somebody
    must be named for that, by a rule or by the action.
    """
    matching = [rule for rule in rules.rules if _matches(rule, request)] if request.level == 3 else []
    owners, deciders = set(owners), set(deciders)
    if not matching and not deciders and (request.level == 3 or not owners):
        return None
    needs: dict[str, int] = dict.fromkeys(owners | deciders, 1)
    for rule in matching:
        for group, required in _needs(rule.needs).items():
            needs[group] = max(required, needs.get(group, 0))
    return Route(
        tuple(GroupNeed(group, required) for group, required in sorted(needs.items())),
        min((rule.expires_after_hours for rule in matching), default=72),
        next((rule.slack_channel for rule in matching if rule.slack_channel), ""),
        needs.keys() <= rules.groups,
    )


def _needs(needs: Mapping[str, int]) -> Mapping[str, int]:
    return {group: int(required) for group, required in needs.items()}


def _matches(rule: ApprovalRule, request: ActionRequest) -> bool:
    return (
        any_matches(rule.actions, request.action)
        and any_matches(rule.environments, request.environment)
        and any_matches(rule.namespaces, request.namespace)
    )
