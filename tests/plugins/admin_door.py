"""The admin as a door: the forms of the request's page, posted as a browser posts them."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from approvals.links import admin_path
from autonomy.models import ActionRequest
from tests.plugins.door import Answer, current_digest
from tests.plugins.world import Person


class AdminDoor:
    """Signed in with a session; CSRF is enforced, the token is that of the session's cookie."""

    def __init__(self, person: Person, _: pytest.FixtureRequest) -> None:
        self.browser = person.browser

    def approve(self, request: ActionRequest, *, digest: str | None = None, comment: str = "") -> Answer:
        seen = current_digest(request) if digest is None else digest
        return self._post(request, "approve", {"digest": seen, "comment": comment})

    def deny(self, request: ActionRequest, *, comment: str) -> Answer:
        return self._post(request, "deny", {"comment": comment})

    def cancel(self, request: ActionRequest) -> Answer:
        return self._post(request, "cancel", {})

    def sees(self, request: ActionRequest) -> bool:
        return self.browser.get(admin_path(request)).status_code == 200

    def _post(self, request: ActionRequest, verb: str, form: dict[str, str]) -> Answer:
        answer = self.browser.post(f"{admin_path(request)}{verb}/", {**form, "csrfmiddlewaretoken": csrf_token(self.browser)})
        if answer.status_code == 302 and urlsplit(answer["Location"]).path == admin_path(request):
            return Answer(None)
        if answer.status_code == 404:
            return Answer("not-found")
        return Answer(problem_of(answer), words_of(answer))


def csrf_token(browser: Client) -> str:
    """That of the cookie, which any page with a form sets."""
    if "csrftoken" not in browser.cookies:
        browser.get("/admin/tokens/")
    return browser.cookies["csrftoken"].value


def problem_of(answer: Any) -> str:
    """The slug that the page shows; an answer that shows none is an error of the test."""
    found = re.search(r'data-problem="([a-z-]+)"', answer.content.decode())
    assert found, f"{answer.status_code} without a problem: {answer.content[:500]!r}"
    return found.group(1)


def words_of(answer: Any) -> str:
    found = re.search(r'data-problem="[a-z-]+">(.*?)</div>', answer.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found.group(1)).split()) if found else ""
