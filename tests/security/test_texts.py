"""Whatever text comes in by a form, it is kept or refused: it never makes the product fail, and never tells what is not true."""

from typing import Any

import pytest
from django.test import Client

from tests.plugins.admin_door import AdminDoor, csrf_token
from tests.plugins.door import Door
from tests.plugins.doors import RestDoor
from tests.plugins.sandbox_slack import SandboxSlack
from tests.plugins.slack_door import post_signed
from tests.plugins.world import Person, World
from tests.security.scenes import Doors, nothing_happens


def test_a_comment_that_is_too_long_is_refused(world: World, alice: Person, carol: Person, door: Doors) -> None:
    request = world.waiting(alice)
    way_in = door(carol)

    with nothing_happens(world, request):
        assert way_in.deny(request, comment="no " * 700).refused_because in {"bad-body", "comment-unfit"}
        assert way_in.approve(request, comment="yes" * 700).refused_because in {"bad-body", "comment-unfit"}


@pytest.mark.parametrize(("door_class", "slug"), [(RestDoor, "malformed-json"), (AdminDoor, "comment-unfit")])
def test_a_comment_with_nul_characters_is_refused(
    world: World, alice: Person, carol: Person, door_class: type[Door], slug: str, request: pytest.FixtureRequest
) -> None:
    waiting = world.waiting(alice)
    way_in = door_class(carol, request)  # type: ignore[call-arg]  # the protocol does not say how a door is made

    with nothing_happens(world, waiting):
        assert way_in.deny(waiting, comment="no\0pe").refused_because == slug
        assert way_in.approve(waiting, comment="no\0pe").refused_because == slug


def test_a_digest_that_cannot_be_looked_for_is_another_plan(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    browser = carol.browser
    form = {"digest": "sha256:\0", "csrfmiddlewaretoken": csrf_token(browser)}

    with nothing_happens(world, request):
        answer = browser.post(f"/admin/requests/{request.id}/approve/", form)
        assert (answer.status_code, 'data-problem="plan-changed"' in answer.content.decode()) == (409, True)


@pytest.mark.parametrize(
    "payload",
    [
        {"user": {"id": "U0\0"}},
        {"actions": [{"action_id": "approve", "value": f"{'0' * 8}-0000-4000-8000-{'0' * 12}:{'a' * 31}\0", "action_ts": "1.1"}]},
        {"actions": [{"action_id": "approve", "value": "x", "action_ts": "1\0"}]},
        {"type": "view_submission", "view": {"callback_id": "deny", "private_metadata": "\0"}},
        {"type": "view_submission", "view": {"callback_id": "deny", "state": {"values": {"comment": {"comment": {"value": "no\0pe"}}}}}},
    ],
)
def test_slack_never_sends_nul_characters(db: None, slack_settings: SandboxSlack, payload: dict[str, Any]) -> None:
    base = {"type": "block_actions", "user": {"id": "U0CAROL"}, "team": {"id": "T0DEMO"}}

    status, body = post_signed({**base, **payload})

    assert (status, b"/problems/bad-payload" in body) == (400, True)


QUERIES = [
    "q=%00", "q=%FF", "p=-1", "p=99999999999999999999", "p=x", "page=99999999999999999999", "o=99.-1.x", "level=abc",
    "level=99999999999999999999", "status=x", "team=%00", "door=x", "state=x", "id__exact=x", "pk=x", "created_at__gte=x",
    "parameters__x=%00", "_facets=1", "all=", "kind__exact=x", "_popup=1&_to_field=password",
]  # fmt: skip
PAGES = [
    "autonomy/actionrequest", "autonomy/boundary", "audit/event", "audit/delivery", "accounts/account", "accounts/group",
    "clusters/namespace",
]  # fmt: skip


@pytest.mark.parametrize("page", [*PAGES, "requests/waiting", "tokens"])
def test_no_query_makes_a_page_of_the_admin_fail(world: World, alice: Person, carol: Person, page: str) -> None:
    world.waiting(alice)
    browser = Client(raise_request_exception=False)
    browser.force_login(carol.account)

    failed = [query for query in QUERIES if browser.get(f"/admin/{page}/?{query}").status_code >= 500]

    assert failed == []


@pytest.mark.parametrize("page", PAGES)
def test_no_id_makes_a_page_of_the_admin_fail(world: World, carol: Person, page: str) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(carol.account)
    ids = ["x", "%00", "_5F", "../..", "-1"]
    paths = [f"/admin/{page}/{pk}/{view}/" for pk in ids for view in ("change", "history", "delete")]

    assert [path for path in paths if browser.get(path).status_code >= 500] == []
