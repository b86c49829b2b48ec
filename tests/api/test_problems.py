"""Every error is a problem document, and its type leads to a page."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from api import actions
from api.problems import all_kinds
from audit.problems import Problem
from tests.plugins.world import Person, RestClient, World

URL = "/api/v1/requests/"


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v1/requests/no-uuid/", "/api/", "/api", "/api/v2/requests/", "/api/x.html"])
def test_an_address_that_there_is_not(world: World, anonymous: RestClient, path: str) -> None:
    answer = anonymous.get(path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json() == {
        "type": "/problems/unknown-address",
        "title": "There is nothing at this address",
        "status": 404,
        "detail": "There is nothing at this address",
        "instance": path,
        "suggestion": "/api/docs/ lists what there is.",
    }


def test_a_page_for_people_that_there_is_not_stays_a_page(db: None) -> None:
    answer = Client().get("/nothing/")
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (404, "text/html")


def test_a_method_that_an_address_does_not_take(world: World, alice: Person) -> None:
    answer = Client().delete(URL, headers={"authorization": f"Bearer {alice.secret}"})

    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST, HEAD")
    assert answer.json()["type"] == "/problems/method-not-allowed"


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/yaml"])
def test_a_body_that_is_not_json(world: World, alice: Person, media: str) -> None:
    answer = Client().post(URL, b"a: 1", content_type=media, headers={"authorization": f"Bearer {alice.secret}"})
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-media-type")


def test_an_answer_that_cannot_be_given(world: World, alice: Person) -> None:
    answer = alice.client.get(URL, accept="text/html")
    assert (answer.status_code, answer["Content-Type"]) == (406, "application/problem+json")


def test_a_failure_tells_nothing_of_itself(
    world: World, alice: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret in the stack")

    monkeypatch.setattr(actions, "consult", fail)
    answer = alice.client.get("/api/v1/actions/")

    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal-error")
    assert "secret" not in answer.content.decode()
    assert "a secret in the stack" in caplog.text


def test_without_its_database_the_api_asks_for_patience(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = committed_world["alice"]
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", 9)

    answer = alice.client.get(URL)

    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "2", "application/problem+json")
    assert answer.json()["type"] == "/problems/unavailable"


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.slug)
def test_the_type_of_a_problem_leads_to_its_page(kind: type[Problem]) -> None:
    page = Client().get(f"/problems/{kind.slug}")
    assert page.status_code == 200
    assert kind.slug in page.content.decode()


def test_the_list_of_problems_has_each_of_them_once() -> None:
    page = Client().get("/problems/").content.decode()
    assert [page.count(f'<section id="{kind.slug}">') for kind in all_kinds()] == [1] * len(all_kinds())


def test_problems_of_the_same_name_have_the_same_status() -> None:
    found: dict[str, int] = {}
    waiting: list[type[Problem]] = [Problem]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if "slug" in vars(kind):
                assert found.setdefault(kind.slug, kind.status) == kind.status


def test_a_problem_that_there_is_not_has_no_page() -> None:
    assert Client().get("/problems/nothing").status_code == 404


def test_no_page_of_ours_loads_anything_from_elsewhere(db: None) -> None:
    templates = Path(actions.__file__).parent / "templates"
    for path in ("/api/docs/", "/problems/"):
        page = Client().get(path).content.decode()
        assert "src=" not in page
        assert "<script" not in page
    assert [template for template in templates.rglob("*.html") if "://" in template.read_text()] == []
