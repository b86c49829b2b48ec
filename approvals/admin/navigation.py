"""The menu: what one may open, and how much waits."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.admin.access import actor, is_superuser, reads_everything
from approvals.queries import waiting_for

Item = Mapping[str, Any]


def navigation(http: HttpRequest) -> list[Item]:
    """The groups of the menu for who is signed in (unfold's SIDEBAR)."""
    groups: list[Item] = [{"items": _requests(http)}, {"title": "Rules", "items": _rules()}, {"title": "Record", "items": _record(http)}]
    groups.append({"title": "Organisation", "items": _organisation(http)})
    return [{**group, "separator": position > 0} for position, group in enumerate(groups) if group["items"]]


def _requests(http: HttpRequest) -> list[Item]:
    count = waiting_for(actor(http)).count()
    waiting = {"title": "Waits for me", "icon": "inbox", "link": reverse("requests:waiting")}
    badge = {"badge": str(count), "badge_variant": "primary", "badge_style": "solid"} if count else {}
    return [{**waiting, **badge}, _list("All requests", "list_alt", "autonomy_actionrequest")]


def _rules() -> list[Item]:
    return [
        _list("Boundaries", "fence", "autonomy_boundary"),
        _list("Approval rules", "how_to_reg", "approvals_approvalrule"),
        _list("Policies", "policy", "guidance_policy"),
        _list("Exemptions", "shield_question", "guidance_exemption"),
        _list("Policy reports", "fact_check", "guidance_namespacereport"),
    ]


def _record(http: HttpRequest) -> list[Item]:
    if not reads_everything(http):
        return []
    return [
        _list("Ledger", "history_edu", "audit_event"),
        _list("Deliveries", "outbox", "audit_delivery"),
        _list("Field diffs", "difference", "auditlog_logentry"),
    ]


def _organisation(http: HttpRequest) -> list[Item]:
    items: list[Item] = [
        {"title": "API tokens", "icon": "key", "link": reverse("tokens:list")},
        _list("Teams and roles", "groups", "accounts_group"),
        _list("Namespaces", "deployed_code", "clusters_namespace"),
        _list("Clusters", "dns", "clusters_cluster"),
    ]
    if is_superuser(http) or reads_everything(http):
        items[2:2] = [_list("Accounts", "person", "accounts_account"), _list("Memberships", "group_add", "accounts_membership")]
    return items


def _list(title: str, icon: str, model: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse(f"admin:{model}_changelist")}
