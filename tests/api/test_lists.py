"""GET /api/v1/requests/: who sees what, filters, pages, and as many queries for many rows as for one."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.queries import waiting_for
from approvals.reviews import latest
from autonomy.models import ActionRequest
from tests.plugins.world import Person, World

URL = "/api/v1/requests/"


def found(who: Person, **query: Any) -> list[str]:
    answer = who.client.get(URL, query)
    assert answer.status_code == 200, answer.content
    return [row["target"]["name"] for row in answer.json()["results"]]


def test_one_sees_ones_own_teams_and_reviewers_see_all(world: World, alice: Person, bob: Person, ci_payments: Person) -> None:
    world.submit(alice, "deployment.restart", name="one", parameters={})
    world.submit(bob, "deployment.restart", name="two", namespace="search-dev")

    seen = {name: found(world[name]) for name in ("alice", "ci-payments", "bob", "carol", "dave", "gina")}

    assert seen == {
        "alice": ["one"], "ci-payments": ["one"], "bob": ["two"],
        "carol": ["two", "one"], "dave": ["two", "one"], "gina": ["two", "one"],
    }  # fmt: skip


def test_the_request_of_another_team_is_not_there(world: World, alice: Person, bob: Person) -> None:
    request = world.submit(alice, "deployment.scale", {"replicas": 7})

    for path in ("", "events/"):
        answer = bob.client.get(f"{URL}{request.id}/{path}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert found(bob, requester="alice") == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["weekend", "three", "two", "one"]),
        ({"status": "queued"}, ["three", "two", "one"]),
        ({"status": ["awaiting_approval", "failed"]}, ["weekend"]),
        ({"level": 3}, ["weekend"]),
        ({"action": "deployment.restart"}, ["one"]),
        ({"team": "search"}, ["two"]),
        ({"requester": "alice", "action": "deployment.scale"}, ["three"]),
        ({"namespace": "search-dev"}, ["two"]),
        ({"waiting_for": "me"}, ["weekend"]),
        ({"waiting_for": "me", "level": 1}, []),
    ],
)
def test_filters(world: World, alice: Person, bob: Person, carol: Person, query: dict[str, Any], names: list[str]) -> None:
    world.submit(alice, "deployment.restart", name="one")
    world.submit(bob, "deployment.scale", {"replicas": 2}, name="two", namespace="search-dev")
    world.submit(alice, "deployment.scale", {"replicas": 2}, name="three")
    request = world.submit(alice, "boundary.set", {"level": 1}, name="weekend")
    world.work("approvals.plan")

    assert found(carol, **query) == names
    assert world.fresh(request).status == "awaiting_approval"


@pytest.mark.parametrize(
    ("query", "parameter", "suggestion"),
    [
        ({"stauts": "queued"}, "stauts", "Did you mean status?"),
        ({"status": "done"}, "status", None),
        ({"level": "4"}, "level", None),
        ({"level": ["1", "2"]}, "level", None),
        ({"waiting_for": "carol"}, "waiting_for", None),
        ({"page_size": "0"}, "page_size", None),
        ({"cursor": "nonsense"}, "cursor", None),
        ({"cursor": "cD14"}, "cursor", None),
        ({"action": "a\0b"}, "action", None),
        ({"format": "json"}, "format", None),
    ],
)
def test_what_a_filter_is_not(world: World, alice: Person, query: dict[str, Any], parameter: str, suggestion: str | None) -> None:
    answer = alice.client.get(URL, query)

    problem = answer.json()
    assert (answer.status_code, problem["type"], problem["parameter"]) == (400, "/problems/bad-query", parameter)
    assert suggestion is None or problem["suggestion"] == suggestion


def test_pages_lead_through_all_and_back(world: World, alice: Person) -> None:
    for number in range(7):
        world.submit(alice, "deployment.restart", name=f"app-{number}")

    pages: list[list[str]] = []
    here = f"{URL}?page_size=3"
    while here:
        answer = alice.client.get(here).json()
        pages.append([row["target"]["name"] for row in answer["results"]])
        last, here = answer, answer["next"]

    assert pages == [["app-6", "app-5", "app-4"], ["app-3", "app-2", "app-1"], ["app-0"]]
    before = alice.client.get(last["previous"]).json()
    assert [row["target"]["name"] for row in before["results"]] == pages[1]


def test_many_rows_take_as_many_queries_as_one(world: World, alice: Person, carol: Person) -> None:
    world.waiting(alice, name="first")
    with CaptureQueriesContext(
        connection,
    ) as for_one:
        assert found(carol) == ["first"]
    for number in range(5):
        request = world.waiting(alice, name=f"more-{number}")
        world["frank"].client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    with CaptureQueriesContext(connection) as for_many:
        assert len(found(carol)) == 6

    assert len(for_many) == len(for_one)


def test_the_list_of_what_waits_has_the_same_rule_as_the_decision(world: World, alice: Person, carol: Person) -> None:
    world.waiting(carol, name="my-own")
    decided = world.waiting(alice, name="decided")
    world["frank"].client.post(f"{URL}{decided.id}/deny/", {"comment": "no"})
    world.waiting(alice, name="oldest")
    world.waiting(alice, name="newest")
    world.join(world["bob"], "platform-admins")

    for person in world.people.values():
        actor = person.actor()
        one_by_one = [
            row.name for row in ActionRequest.objects.order_by("created_at") if (review := latest(row)) and review.refusal(actor) is None
        ]
        assert [row.name for row in waiting_for(actor)] == one_by_one
    assert [row.name for row in waiting_for(carol.actor())] == ["oldest", "newest"]
    assert [row.name for row in waiting_for(world["frank"].actor())] == ["my-own", "oldest", "newest"]
    assert [row.name for row in waiting_for(world["bob"].actor())] == []


def test_who_has_voted_is_not_waited_for(world: World, alice: Person, carol: Person, frank: Person) -> None:
    rule = world.submit(alice, "approval-rule.set", {"actions": ["boundary.*"], "needs": {"platform-admins": 2}}, name="two-of-them")
    world.work()
    carol.client.post(f"{URL}{rule.id}/approve/", {"digest": world.fresh(rule).plan_digest})
    world.work()
    request = world.waiting(alice)

    carol.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    assert world.fresh(request).status == "awaiting_approval"
    assert (found(carol, waiting_for="me"), found(frank, waiting_for="me")) == ([], ["weekend"])
