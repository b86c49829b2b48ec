"""Case 17: the ledger names who did it, by which door, whatever else was said; nothing around it is trusted or can be rewritten.

Triggers: tests/audit/test_immutability.py. Field diffs by django-auditlog: tests/admin/test_read_only.py.
"""

import json

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.db import DatabaseError, transaction

from accounts.models import Account, Group
from audit.models import Event
from autonomy.models import ActionRequest
from tests.plugins.admin_door import csrf_token
from tests.plugins.door import Door
from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS, RESTART, Doors, another_account, read_again

NAMES = {"RestDoor": "rest", "AdminDoor": "admin", "SlackDoor": "slack"}


def told(event: Event) -> tuple[str, object, str, list[str], str]:
    actor = json.loads(bytes(event.body))["actor"]
    assert (event.actor_name, str(event.actor_id)) == (actor["name"], actor["id"])
    return actor["name"], actor["id"], actor["kind"], actor["people"], event.door


def door_name(way_in: Door) -> str:
    return NAMES[type(way_in).__name__]


def test_a_decision_is_its_authors(world: World, alice: Person, carol: Person, door: Doors) -> None:
    request = world.waiting(alice)
    way_in = door(carol)
    assert way_in.approve(request).done

    event = Event.objects.get(stream=request.id, type="request.approved")
    assert told(event) == ("carol", str(carol.account.pk), "person", [str(carol.account.pk)], door_name(way_in))


def test_what_an_alias_does_is_told_of_the_human_too(world: World, alice: Person, carol: Person, door: Doors) -> None:
    second = another_account(world, "carol2", of=carol, groups=("platform-admins",))
    request = world.waiting(alice)
    way_in = door(second)
    assert way_in.deny(request, comment="no").done

    event = Event.objects.get(stream=request.id, type="request.denied")
    assert told(event) == ("carol2", str(second.account.pk), "person", [str(carol.account.pk)], door_name(way_in))


def test_what_a_service_asks_for_is_told_of_who_answers_for_it(world: World, alice: Person, ci_payments: Person) -> None:
    sent = ci_payments.client.post(REQUESTS, RESTART).json()

    event = Event.objects.get(stream=sent["id"])
    assert told(event) == ("ci-payments", str(ci_payments.account.pk), "service", [str(alice.account.pk)], "rest")


def test_with_a_token_and_a_session_the_token_says_who_it_is(world: World, alice: Person, carol: Person) -> None:
    answer = carol.browser.post(REQUESTS, RESTART, content_type="application/json", headers={"authorization": f"Bearer {alice.secret}"})

    assert (answer.status_code, answer.json()["requester"]) == (202, "alice")
    assert told(Event.objects.get(stream=answer.json()["id"]))[0] == "alice"


def test_no_header_says_who_it_is_or_where_from(world: World, alice: Person) -> None:
    forged = {"x_forwarded_for": "6.6.6.6", "x_real_ip": "6.6.6.6", "remote_user": "carol", "x_remote_user": "carol", "x_user": "carol"}
    sent = alice.client.post(REQUESTS, RESTART, **forged).json()

    event = Event.objects.get(stream=sent["id"])
    assert told(event)[0] == "alice"
    assert b"6.6.6.6" not in bytes(event.body)


def test_a_name_that_is_changed_later_does_not_change_what_was_told(world: World, alice: Person, carol: Person, door: Doors) -> None:
    request = world.waiting(alice)
    assert door(carol).approve(request).done
    Account.objects.filter(pk=carol.account.pk).update(username="nobody")

    assert Event.objects.get(stream=request.id, type="request.approved").actor_name == "carol"
    assert alice.client.get(f"{REQUESTS}{request.id}/").json()["review"]["decisions"][0]["by"] == "carol"


@pytest.mark.parametrize("status", ["queued", "succeeded", "denied"])
def test_no_update_past_the_ledger_changes_a_status(world: World, alice: Person, status: str) -> None:
    """django-auditlog does not see QuerySet.update(): the database itself refuses it."""
    request = world.waiting(alice)

    for values in ({"status": status}, {"status": status, "seq": 3}, {"status": status, "seq": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ActionRequest.objects.filter(pk=request.pk).update(**values)
    assert world.fresh(request).status == "awaiting_approval"


def test_a_field_diff_names_who_saved_it_also_when_another_is_set_inside(world: World, carol: Person, gina: Person) -> None:
    Account.objects.filter(pk=carol.account.pk).update(is_superuser=True)
    browser = read_again(carol).browser
    form = {"csrfmiddlewaretoken": csrf_token(browser), "name": "Payers", "kind": "team", **_no_members()}

    with set_actor(gina.account):
        answer = browser.post("/admin/accounts/group/payments/change/", form, headers={"x-forwarded-for": "6.6.6.6"})

    assert (answer.status_code, Group.objects.get(pk="payments").name) == (302, "Payers")
    entry = LogEntry.objects.get(object_repr="Payers")
    assert (entry.actor, entry.remote_addr) == (carol.account, None)


def _no_members() -> dict[str, str]:
    counts = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "0"}
    return {f"memberships-{name}": value for name, value in counts.items()}


def test_secrets_are_in_no_event_and_no_field_diff(world: World, alice: Person, carol: Person) -> None:
    alice.client.post(REQUESTS, RESTART)
    browser = carol.browser
    form = {
        "csrfmiddlewaretoken": csrf_token(browser),
        "account": str(carol.account.pk),
        "name": "x",
        "days": "7",
        "scopes": ["requests:read"],
    }
    page = browser.post("/admin/tokens/", form).content.decode()
    secret = page.split('id="secret" tabindex="0">')[1].split("<")[0]

    assert secret.startswith("daf_")
    assert all(secret.encode() not in bytes(body) for body in Event.objects.values_list("body", flat=True))
    assert all(secret not in json.dumps(changes) for changes in LogEntry.objects.values_list("changes", flat=True))
