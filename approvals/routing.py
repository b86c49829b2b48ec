"""Which groups must agree to a request, from the rules as they are now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from approvals.models import ApprovalRule
from approvals.quorum import GroupNeed
from autonomy.boundaries import any_matches
from autonomy.models import ActionRequest


@dataclass(frozen=True)
class Route:
    """Who must approve, by when, and where they are told."""

    needs: tuple[GroupNeed, ...]
    expires_after_hours: int
    slack_channel: str


def route(request: ActionRequest, owners: Iterable[str] = ()) -> Route | None:
    """All rules that match count together with one approval of each owner group; None when nobody is named.

    An override of a policy needs its owners alone, unless the request is Level 3 as well.
    """
    rules = [rule for rule in ApprovalRule.objects.all() if _matches(rule, request)] if request.level == 3 else []
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
    )


def _needs(needs: Mapping[str, int]) -> Mapping[str, int]:
    return {group: int(required) for group, required in needs.items()}


def _matches(rule: ApprovalRule, request: ActionRequest) -> bool:
    return (
        any_matches(rule.actions, request.action)
        and any_matches(rule.environments, request.environment)
        and any_matches(rule.namespaces, request.namespace)
    )
