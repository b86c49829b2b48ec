"""A call with a token goes without the middleware for browsers, and without what a browser sends besides."""

from django.conf import settings
from django.contrib.sessions.models import Session

from tests.plugins.world import Person, World

URL = "/api/v1/requests/"


def test_a_call_with_a_token_has_no_session(world: World, alice: Person) -> None:
    answer = alice.client.get(URL)

    assert answer.status_code == 200
    assert (settings.SESSION_COOKIE_NAME in answer.cookies, Session.objects.count()) == (False, 0)


def test_the_session_beside_a_token_does_not_count(world: World, alice: Person, carol: Person) -> None:
    request = world.submit(alice, "deployment.restart")
    browser = carol.browser
    assert browser.get(f"{URL}{request.id}/").status_code == 200

    for authorization in ("Bearer daf_nobody", "bearer daf_nobody"):
        assert browser.get(f"{URL}{request.id}/", headers={"Authorization": authorization}).status_code == 401


def test_a_token_opens_no_page_of_the_admin(world: World, carol: Person) -> None:
    answer = carol.client.get("/admin/requests/")

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")
