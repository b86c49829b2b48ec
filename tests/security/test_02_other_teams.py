"""Case 2: what belongs to another team is neither decided, nor shown, nor betrayed by anything that one can ask for."""

from typing import Any

import pytest
from django.test import Client

from approvals.links import admin_path
from autonomy.models import ActionRequest
from notifications import courier
from tests.plugins.sandbox_slack import SandboxSlack
from tests.plugins.slack_door import post_signed, value_of
from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS, RESTART, Doors, nothing_happens

SECRET = "the acquisition of Initech"


@pytest.fixture
def hidden(world: World, alice: Person) -> ActionRequest:
    """A request of team payments, of which team search must not hear anything."""
    parameters = {"level": 3, "actions": ["deployment.*"], "reason": SECRET}
    request = world.submit(alice, "boundary.set", parameters, name="buy-initech", reason=SECRET)
    world.work()
    return world.fresh(request)


def told(answer: Any) -> bool:
    """Whether an answer says anything about it."""
    text = answer.content.decode()
    return SECRET in text or "buy-initech" in text


def test_it_is_neither_seen_nor_decided_nor_cancelled(world: World, bob: Person, hidden: ActionRequest, door: Doors) -> None:
    way_in = door(bob)

    with nothing_happens(world, hidden):
        assert not way_in.sees(hidden)
        assert way_in.approve(hidden).refused_because == "not-found"
        answer = way_in.deny(hidden, comment="no")
        assert (answer.refused_because, SECRET in answer.words) == ("not-found", False)


@pytest.mark.parametrize("verb", ["approve", "deny", "cancel", "events"])
def test_an_address_of_it_answers_as_if_it_were_not_there(bob: Person, hidden: ActionRequest, verb: str) -> None:
    body = {"approve": {"digest": hidden.plan_digest}, "deny": {"comment": "no"}, "cancel": {}}.get(verb)
    other = "00000000-0000-4000-8000-000000000000"

    def ask(pk: object) -> Any:
        path = f"{REQUESTS}{pk}/{verb}/"
        return bob.client.get(path) if body is None else bob.client.post(path, body)

    answer, missing = ask(hidden.id), ask(other)

    assert answer.status_code == missing.status_code == 404
    assert answer.content.decode().replace(str(hidden.id), other) == missing.content.decode()


QUERIES: list[dict[str, Any]] = [
    {}, {"requester": "alice"}, {"action": "boundary.set"}, {"level": 3}, {"status": "awaiting_approval"}, {"waiting_for": "me"},
    {"team": "payments"}, {"namespace": "payments-dev"}, {"page_size": 100},
]  # fmt: skip


def test_no_list_and_no_filter_shows_it(bob: Person, alice: Person, hidden: ActionRequest) -> None:
    for query in QUERIES:
        assert bob.client.get(REQUESTS, query).json() == {"results": [], "next": None, "previous": None}, query
    assert [row["id"] for row in alice.client.get(REQUESTS).json()["results"]] == [str(hidden.id)]


def test_a_cursor_of_who_sees_more_shows_no_more(world: World, bob: Person, carol: Person, hidden: ActionRequest) -> None:
    world.submit(carol, "deployment.restart")
    theirs = carol.client.get(REQUESTS, {"page_size": 1}).json()["next"]

    assert bob.client.get(theirs).json()["results"] == []


def test_the_idempotency_key_of_another_gives_nothing_of_hers(alice: Person, bob: Person) -> None:
    body = {**RESTART, "reason": SECRET}
    first = alice.client.post(REQUESTS, body, idempotency_key="k-1")
    again = bob.client.post(REQUESTS, body, idempotency_key="k-1")

    assert first.status_code == 202
    assert (again.status_code, again.json()["type"], told(again)) == (403, "/problems/not-your-namespace", False)
    assert ActionRequest.objects.count() == 1


PAGES = [
    "/admin/autonomy/actionrequest/",
    "/admin/autonomy/actionrequest/?q=initech",
    "/admin/autonomy/actionrequest/?requester_name=alice",
    "/admin/autonomy/actionrequest/?reason__startswith=the",
    "/admin/autonomy/actionrequest/?team=payments",
    "/admin/autonomy/actionrequest/?q={id}",
    "/admin/autonomy/actionrequest/{id}/change/",
    "/admin/autonomy/actionrequest/{id}/history/",
    "/admin/autonomy/actionrequest/{id}/delete/",
    "/admin/requests/{id}/",
    "/admin/requests/{id}/state/",
    "/admin/requests/waiting/",
    "/admin/requests/waiting/state/",
    "/admin/audit/event/",
    "/admin/audit/event/?q={id}",
    "/admin/audit/delivery/",
    "/admin/auditlog/logentry/",
    "/admin/accounts/account/",
    "/admin/accounts/account/autocomplete/",
    "/admin/autocomplete/?app_label=accounts&model_name=membership&field_name=account&term=a",
    "/admin/search/?s=initech",
    "/admin/search/?s={id}",
]


def test_no_page_of_the_admin_tells_of_it(bob: Person, hidden: ActionRequest) -> None:
    browser = bob.browser
    for path in PAGES:
        answer = browser.get(path.format(id=hidden.id), follow=True)
        assert (answer.status_code in {200, 403, 404}, told(answer)) == (True, False), path


LOOKUPS = ["requester__password__startswith=p", "requester__api_tokens__digest=x", "team__members__password=x"]


@pytest.mark.parametrize("page", ["autonomy/actionrequest", "clusters/namespace"])
def test_no_lookup_of_the_admin_reaches_into_other_tables(bob: Person, page: str) -> None:
    browser = bob.browser
    for lookup in LOOKUPS:
        answer = browser.get(f"/admin/{page}/?{lookup}")
        assert answer.status_code in {302, 400}, lookup
        assert "e=1" in answer.headers.get("Location", "e=1")


@pytest.mark.parametrize("action", ["approve", "deny", "review"])
def test_a_slack_user_whom_nobody_knows_is_told_nothing_but_how_to_become_known(
    slack_settings: SandboxSlack, hidden: ActionRequest, action: str
) -> None:
    click = {"type": "button", "action_id": action, "value": value_of(hidden), "action_ts": "1.1"}
    payload = {"type": "block_actions", "channel": {"id": "C0APPROVALS"}, "actions": [click], "trigger_id": "1.2.3"}

    status, body = post_signed({**payload, "user": {"id": "U0STRANGER", "team_id": "T0DEMO"}, "team": {"id": "T0DEMO"}})
    assert courier.settled(10)

    assert (status, body) == (200, b"")
    (whisper,) = slack_settings.calls("chat.postEphemeral")
    assert whisper["body"]["user"] == "U0STRANGER"
    assert whisper["body"]["text"].startswith("*Who are you?*")
    assert str(hidden.id) not in whisper["body"]["text"]
    assert SECRET not in whisper["body"]["text"]
    assert slack_settings.calls("views.open") == []


def test_who_is_not_signed_in_is_told_nothing(hidden: ActionRequest) -> None:
    for path in (f"{REQUESTS}{hidden.id}/", REQUESTS, admin_path(hidden), f"{admin_path(hidden)}state/"):
        answer = Client().get(path, follow=True)
        assert answer.status_code in {200, 401}  # the login page
        assert not told(answer)
