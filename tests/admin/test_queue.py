"""The queue: what waits for me, its length in the menu, and lists that stay fast."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.links import admin_path
from tests.plugins.admin_door import AdminDoor
from tests.plugins.world import Person, World

QUEUE, ALL = "/admin/requests/waiting/", "/admin/autonomy/actionrequest/"


def rows(page: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><a href="([^"]+)"', page)


def badge(page: str) -> str:
    """What stands beside 'Waits for me' in the menu."""
    found = re.search(r"Waits for me</span>\s*(?:<span[^>]*>\s*(\d+)\s*</span>)?", page)
    assert found
    return found.group(1) or ""


def page(person: Person, path: str = QUEUE) -> str:
    answer = person.browser.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_lists_what_waits_for_me_oldest_first_and_the_menu_counts_it(world: World, alice: Person, carol: Person) -> None:
    asked = [world.waiting(alice, name=name) for name in ("first", "second", "third")]
    world.waiting(carol, name="her-own")
    seen = page(carol)
    assert rows(seen) == [admin_path(request) for request in asked]
    assert badge(seen) == "3"


@pytest.mark.parametrize("name", ["alice", "bob", "dave", "gina"])
def test_nothing_waits_for_who_is_not_asked(world: World, alice: Person, name: str) -> None:
    world.waiting(alice)
    seen = page(world[name])
    assert "Nothing waits for you" in seen
    assert (rows(seen), badge(seen)) == ([], "")


def test_what_i_have_decided_leaves_my_queue(world: World, alice: Person, carol: Person, request: pytest.FixtureRequest) -> None:
    waiting = world.waiting(alice)
    assert AdminDoor(carol, request).approve(waiting).done
    assert rows(page(carol)) == []


def test_a_reviewer_begins_with_the_queue_and_a_developer_with_the_requests(alice: Person, carol: Person) -> None:
    assert carol.browser.get("/admin/")["Location"] == QUEUE
    assert alice.browser.get("/admin/")["Location"] == ALL


def test_the_list_shows_only_what_one_may_see(world: World, alice: Person, bob: Person, gina: Person) -> None:
    waiting = world.waiting(alice)
    assert admin_path(waiting) in page(alice, ALL)
    assert admin_path(waiting) in page(gina, ALL)
    assert admin_path(waiting) not in page(bob, ALL)
    assert f"{admin_path(waiting)}" not in page(bob, f"{ALL}?q={waiting.pk}")


@pytest.mark.parametrize(
    ("query", "found"),
    [("status=awaiting_approval", True), ("status=succeeded", False), ("level=3", True), ("action=boundary.set", True),
     ("team=payments", False), ("requester=me", False), ("q=weekend", True), ("q=nothing-like-it", False)],
)  # fmt: skip
def test_the_list_is_filtered_and_searched(world: World, alice: Person, carol: Person, query: str, found: bool) -> None:
    waiting = world.waiting(alice)
    assert (admin_path(waiting) in page(carol, f"{ALL}?{query}")) is found


def test_a_link_to_djangos_own_page_of_a_request_leads_to_ours(world: World, alice: Person) -> None:
    waiting = world.waiting(alice)
    assert alice.browser.get(f"{ALL}{waiting.pk}/change/")["Location"] == admin_path(waiting)


@pytest.mark.parametrize("path", [QUEUE, ALL, "/admin/audit/event/", "/admin/audit/delivery/"])
def test_a_longer_list_takes_no_more_queries(world: World, alice: Person, carol: Person, path: str) -> None:
    browser = carol.browser
    world.waiting(alice, name="first")
    world.submit(alice, "deployment.restart")
    browser.get(path)  # roles and rules are kept from now on
    few = queries_of(lambda: browser.get(path))
    for number in range(6):
        world.waiting(alice, name=f"rule-{number}")
        world.submit(alice, "deployment.restart")
    assert queries_of(lambda: browser.get(path)) == few
    assert few <= 12


def queries_of(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)
