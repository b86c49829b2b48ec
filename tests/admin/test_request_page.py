"""What the page of a request shows, to whom."""

import re
from typing import Any

import pytest

from approvals.links import admin_path, admin_url
from tests.admin.pages import shown, text_of
from tests.plugins.admin_door import AdminDoor
from tests.plugins.world import Person, World

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_messages_link_to_an_absolute_address_that_stays(settings: Any, world: World, alice: Person) -> None:
    settings.BASE_URL = "https://autonomy.example"
    waiting = world.waiting(alice)
    assert admin_url(waiting) == f"https://autonomy.example/admin/requests/{waiting.pk}/"


def test_it_says_who_asks_for_what_where_and_why(world: World, alice: Person, carol: Person) -> None:
    waiting = world.waiting(alice)
    text = text_of(shown(carol.browser, waiting))
    assert "Change an autonomy boundary: weekend" in text
    assert "alice asks for boundary.set on Boundary/weekend" in text
    assert "for a test" in text
    assert "These rules bind everybody, so they change only with a platform admin's approval.".replace("'", "&#x27;") in text
    assert "May decide: carol, frank" in text
    assert "platform-admins 0 of 1" in text


def test_the_difference_is_there_line_by_line(world: World, alice: Person, carol: Person) -> None:
    page = shown(carol.browser, world.waiting(alice))
    added = re.findall(r'daf-line daf-added">.*?<code>(.*?)</code>', page)
    assert "level: 3" in added
    assert "reason: Nobody is here at the weekend." in added


@pytest.mark.parametrize("name", ["alice", "carol", "frank", "dave", "erin", "gina"])
def test_requester_reviewers_and_auditors_see_it(world: World, alice: Person, name: str) -> None:
    assert AdminDoor(world[name], None).sees(world.waiting(alice))  # type: ignore[arg-type]


def test_a_colleague_of_the_team_sees_a_request_on_the_teams_namespace(world: World, alice: Person, bob: Person) -> None:
    request = world.submit(alice, "deployment.restart")
    world.join(bob, "payments")
    assert AdminDoor(bob, None).sees(request)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("alice", "Nobody decides on her own request"),
        ("dave", "This is for others to decide"),
        ("gina", "This is for others to decide"),
    ],
)
def test_who_cannot_decide_is_told_why_and_has_no_buttons(world: World, alice: Person, name: str, words: str) -> None:
    page = shown(world[name].browser, world.waiting(alice))
    assert words in text_of(page)
    assert "daf-approve" not in page
    assert 'name="digest"' not in page


def test_who_can_decide_has_a_form_with_the_digest_of_this_very_plan(world: World, alice: Person, carol: Person) -> None:
    waiting = world.waiting(alice)
    assert re.findall(r'name="digest" value="([^"]+)"', shown(carol.browser, waiting)) == [waiting.plan_digest]


def test_only_the_requester_has_the_button_to_cancel(world: World, alice: Person, carol: Person) -> None:
    waiting = world.waiting(alice)
    assert "Cancel this request" in shown(alice.browser, waiting)
    assert "Cancel this request" not in shown(carol.browser, waiting)


def test_the_owner_of_a_service_account_has_the_button_too(world: World, alice: Person, carol: Person) -> None:
    queued = world.submit(world["ci-payments"], "deployment.restart")
    assert "Cancel this request" in shown(alice.browser, queued)
    assert "Cancel this request" not in shown(carol.browser, queued)


def test_votes_and_history_name_people_doors_and_comments_in_order(
    world: World, alice: Person, carol: Person, gina: Person, request: pytest.FixtureRequest
) -> None:
    waiting = world.waiting(alice)
    assert AdminDoor(carol, request).deny(waiting, comment="Say until when.").done
    text = text_of(shown(gina.browser, waiting))
    assert "denied carol Say until when. just now by the admin, for platform-admins" in text
    history = text[text.index("History alice") :]
    order = [history.index(words) for words in ("alice asked for it", "worker planned it and asked its reviewers", "carol denied it")]
    assert order == sorted(order)


def test_a_failure_shows_its_reason_and_hint(world: World, alice: Person, carol: Person, request: pytest.FixtureRequest) -> None:
    """Two removals of one rule: the second finds nothing left."""
    first, second = (world.submit(alice, "boundary.set", {"remove": True}, name="big-scale") for _ in range(2))
    world.work()
    for waiting in (first, second):
        assert AdminDoor(carol, request).approve(waiting).done
        world.work()
    failed = world.fresh(second)
    assert failed.result is not None
    page = text_of(shown(alice.browser, second))
    assert failed.result["error"]["reason"] in page


def test_reasons_parameters_and_comments_are_escaped(world: World, alice: Person, carol: Person, request: pytest.FixtureRequest) -> None:
    parameters = {"level": 3, "actions": [ATTACK], "reason": ATTACK}
    waiting = world.submit(alice, "boundary.set", parameters, name="weekend", reason=ATTACK)
    world.work()
    assert AdminDoor(carol, request).deny(waiting, comment=ATTACK).done
    for path in (admin_path(waiting), "/admin/autonomy/actionrequest/"):
        page = carol.browser.get(path).content.decode()
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page


def test_the_state_tells_an_open_page_whether_anything_happened(
    world: World, alice: Person, carol: Person, request: pytest.FixtureRequest
) -> None:
    waiting = world.waiting(alice)
    state = f"{admin_path(waiting)}state/"
    assert carol.browser.get(state).json() == {"seq": 2, "status": "awaiting_approval", "digest": waiting.plan_digest, "moves": True}
    assert AdminDoor(carol, request).deny(waiting, comment="no").done
    assert carol.browser.get(state).json() == {"seq": 3, "status": "denied", "digest": waiting.plan_digest, "moves": False}


def test_an_unknown_request_is_not_found(carol: Person) -> None:
    assert carol.browser.get("/admin/requests/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_who_may_not_see_it_gets_a_page_that_says_so(world: World, alice: Person, bob: Person) -> None:
    waiting = world.waiting(alice)
    answer = bob.browser.get(admin_path(waiting), headers={"accept": "text/html"})
    assert answer.status_code == 404
    text = text_of(answer.content.decode())
    assert f"There is no request {waiting.pk}, or you may not see it." in text
    assert "Requests of other teams are not shown" in text


def test_a_page_that_is_not_for_one_says_so(bob: Person) -> None:
    answer = bob.browser.get("/admin/audit/event/", headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert "The ledger and accounts are for reviewers and auditors" in text_of(answer.content.decode())
