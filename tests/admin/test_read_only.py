"""What must not be edited cannot be: no form, no POST and no bulk action changes it, whoever tries."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.utils import timezone

from accounts.models import Account, Group, Membership
from audit.models import Event
from clusters.models import Namespace
from guidance.judging.results import Outcome
from guidance.models import NamespaceReport
from tests.plugins.admin_door import csrf_token
from tests.plugins.world import Person, World
from tests.policies.scenes import granted

FROZEN = [
    "autonomy.ActionRequest",
    "autonomy.Boundary",
    "approvals.ApprovalRule",
    "guidance.Policy",
    "guidance.Exemption",
    "guidance.NamespaceReport",
    "audit.Event",
    "audit.Delivery",
    "clusters.Cluster",
    "clusters.Namespace",
    "auditlog.LogEntry",
]
EDITED_BY_SUPERUSERS = {"accounts.Account", "accounts.Group", "accounts.Membership"}
FOR_THOSE_WHO_READ_EVERYTHING = {"audit.Event", "audit.Delivery", "auditlog.LogEntry", "accounts.Account", "accounts.Membership"}


@pytest.fixture
def root(carol: Person) -> Person:
    """A platform admin with the superuser flag: nobody may do more."""
    carol.account.is_superuser = True
    carol.account.save()
    return carol


def model_of(label: str) -> type[Model]:
    return apps.get_model(label)


def listing(label: str) -> str:
    return f"/admin/{label.lower().replace('.', '/')}/"


def reported() -> None:
    """As if the scan had been in every namespace."""
    nothing = {"summary": dict.fromkeys(Outcome, 0), "results": [], "left_off": 0, "problems": [], "exemptions_used": []}
    for namespace in Namespace.objects.all():
        NamespaceReport.objects.create(namespace=namespace, scanned_at=timezone.now(), **nothing)


def rows_of(label: str) -> list[Mapping[str, Any]]:
    return list(model_of(label)._default_manager.order_by("pk").values())


def test_nothing_else_is_in_the_admin() -> None:
    assert {model._meta.label for model in admin.site._registry} == {*FROZEN, *EDITED_BY_SUPERUSERS}


@pytest.mark.parametrize("label", FROZEN)
def test_not_even_a_superuser_adds_changes_or_deletes(world: World, alice: Person, root: Person, label: str) -> None:
    world.waiting(alice)
    world.submit(alice, "deployment.restart")
    granted(world)
    reported()
    before = rows_of(label)
    browser = root.browser
    token = {"csrfmiddlewaretoken": csrf_token(browser)}
    pk = before[0].get("id", "sandbox")

    assert browser.post(f"{listing(label)}add/", token).status_code == 403
    assert browser.get(f"{listing(label)}{pk}/delete/").status_code == 403
    assert browser.post(f"{listing(label)}{pk}/delete/", {**token, "post": "yes"}).status_code == 403
    assert browser.post(f"{listing(label)}{pk}/change/", {**token, "slug": "changed", "reason": "changed"}).status_code in {302, 403}
    browser.post(listing(label), {**token, "action": "delete_selected", "_selected_action": str(pk), "post": "yes"})
    assert rows_of(label) == before


@pytest.mark.parametrize("label", [*FROZEN, *sorted(EDITED_BY_SUPERUSERS)])
def test_there_are_no_bulk_actions(world: World, alice: Person, root: Person, label: str) -> None:
    world.waiting(alice)
    page = root.browser.get(listing(label)).content.decode()
    assert "delete_selected" not in page
    assert 'name="_selected_action"' not in page


@pytest.mark.parametrize("name", ["alice", "gina", "carol", "dave"])
@pytest.mark.parametrize("label", [*FROZEN, *sorted(EDITED_BY_SUPERUSERS)])
def test_who_reads_what(world: World, name: str, label: str) -> None:
    """Rules are public; the ledger and accounts are for auditors and reviewers."""
    may = name != "alice" or label not in FOR_THOSE_WHO_READ_EVERYTHING
    assert world[name].browser.get(listing(label)).status_code == (200 if may else 403)


@pytest.mark.parametrize("label", sorted(EDITED_BY_SUPERUSERS))
@pytest.mark.parametrize("name", ["alice", "carol", "gina"])
def test_accounts_are_edited_by_superusers_alone(world: World, name: str, label: str) -> None:
    browser = world[name].browser
    before = rows_of(label)
    token = {"csrfmiddlewaretoken": csrf_token(browser)}
    assert browser.get(f"{listing(label)}add/").status_code == 403
    assert browser.post(f"{listing(label)}add/", {**token, "username": "mallory"}).status_code == 403
    form = {**token, "username": "mallory", "is_superuser": "on", "name": "Mallory", "kind": "role"}
    assert browser.post(f"{listing(label)}{before[0].get('id', before[0].get('slug'))}/change/", form).status_code == 403
    assert rows_of(label) == before


def test_joining_a_group_is_an_event_of_the_ledger_and_dates_from_now(world: World, bob: Person, root: Person) -> None:
    browser = root.browser
    form = {"account": bob.account.pk, "group": "security", "since_0": "2020-01-01", "since": "2020-01-01 00:00:00"}
    answer = browser.post(f"{listing('accounts.Membership')}add/", {**form, "csrfmiddlewaretoken": csrf_token(browser)})
    assert answer.status_code == 302
    joined = Membership.objects.get(account=bob.account, group_id="security")
    event = Event.objects.get(stream=joined.pk)
    assert (event.type, event.actor_name, event.door, event.at) == ("membership.began", "carol", "admin", joined.since)
    assert joined.since.year > 2020

    browser.post(f"{listing('accounts.Membership')}{joined.pk}/delete/", {"post": "yes", "csrfmiddlewaretoken": csrf_token(browser)})
    assert not Membership.objects.filter(pk=joined.pk).exists()
    assert world.events(joined) == ["membership.began", "membership.ended"]


def test_a_membership_is_never_moved_to_somebody_else(world: World, alice: Person, root: Person) -> None:
    membership = Membership.objects.get(account=root.account, group_id="platform-admins")
    browser = root.browser
    form = {"account": alice.account.pk, "group": "platform-admins", "csrfmiddlewaretoken": csrf_token(browser)}
    assert browser.post(f"{listing('accounts.Membership')}{membership.pk}/change/", form).status_code == 403
    membership.refresh_from_db()
    assert membership.account == root.account


def test_an_alias_is_never_set_free(world: World, alice: Person, bob: Person, root: Person) -> None:
    bob.account.alias_of = alice.account
    bob.account.save()
    answer = change_account(root, bob.account, alias_of="", first_name="Robert")
    assert answer.status_code == 302
    bob.account.refresh_from_db()
    assert (bob.account.alias_of, bob.account.first_name) == (alice.account, "Robert")


def test_field_diffs_name_who_saved_and_leave_the_password_out(world: World, bob: Person, root: Person) -> None:
    assert change_account(root, bob.account, first_name="Robert").status_code == 302
    entries = apps.get_model("auditlog.LogEntry")._default_manager
    entry = entries.filter(object_pk=str(bob.account.pk)).latest("timestamp")
    assert entry.actor == root.account
    assert entry.changes == {"first_name": ["Bob", "Robert"]}

    bob.account.refresh_from_db()
    bob.account.set_password("another good password")
    bob.account.save()
    assert entries.filter(object_pk=str(bob.account.pk)).latest("timestamp") == entry


def change_account(root: Person, account: Account, **changes: str) -> Any:
    account.refresh_from_db()
    form = {name: getattr(account, name) or "" for name in ("username", "kind", "first_name", "last_name", "email")}
    flags = {name: "on" for name in ("is_active", "is_staff") if getattr(account, name)}
    browser = root.browser
    address = f"{listing('accounts.Account')}{account.pk}/change/"
    return browser.post(address, {**form, **flags, **changes, "csrfmiddlewaretoken": csrf_token(browser)})


def test_everybody_may_know_who_is_in_a_group(world: World, alice: Person) -> None:
    assert Group.objects.filter(pk="security").exists()
    page = alice.browser.get("/admin/accounts/group/security/change/").content.decode()
    assert "dave" in page
    assert "erin" in page
    assert 'name="name"' not in page
