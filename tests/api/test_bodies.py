"""Members that nobody asked for are refused, never ignored."""

from typing import Any

import pytest

from autonomy.models import ActionRequest
from tests.plugins.world import Person, World

URL = "/api/v1/requests/"
RESTART: dict[str, Any] = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "queued"), ("approved_by", "carol"), ("level", 1), ("requester", "bob"), ("digests", []), ("digest", "sha256:0"),
        ("expires_at", "2099-01-01T00:00:00Z"), ("team", "search"), ("plan", {}), ("decisions", []), ("id", "x"), ("fixed", {}),
    ],
)  # fmt: skip
def test_what_the_server_decides_cannot_be_sent(world: World, alice: Person, name: str, value: object) -> None:
    answer = alice.client.post(URL, {**RESTART, name: value})

    problem = answer.json()
    assert (answer.status_code, problem["type"], problem["pointer"]) == (400, "/problems/bad-body", f"/{name}")
    assert problem["suggestion"] == f"Leave {name} out: the server decides it."
    assert ActionRequest.objects.count() == 0


@pytest.mark.parametrize("verb", ["approve", "deny", "cancel"])
@pytest.mark.parametrize("name", ["approved_by", "status", "by", "door"])
def test_a_decision_cannot_be_made_in_another_name(world: World, alice: Person, carol: Person, verb: str, name: str) -> None:
    request = world.waiting(alice)
    body = {"approve": {"digest": request.plan_digest}, "deny": {"comment": "no"}, "cancel": {}}[verb]

    answer = carol.client.post(f"{URL}{request.id}/{verb}/", {**body, name: "alice"})

    assert (answer.status_code, answer.json()["pointer"]) == (400, f"/{name}")
    assert world.events(request) == ["request.submitted", "request.review_opened"]


def test_a_close_name_is_suggested(world: World, alice: Person) -> None:
    problem = alice.client.post(URL, {**RESTART, "resaon": "x"}).json()
    assert (problem["detail"], problem["suggestion"]) == ("resaon: resaon is not known here.", "Did you mean reason?")


def test_a_close_name_inside_is_suggested_too(world: World, alice: Person) -> None:
    problem = alice.client.post(URL, {**RESTART, "target": {**RESTART["target"], "namespce": "x"}}).json()
    assert (problem["pointer"], problem["suggestion"]) == ("/target/namespce", "Did you mean namespace?")


def test_all_that_is_wrong_is_told_at_once(world: World, alice: Person) -> None:
    problem = alice.client.post(URL, {"action": 5, "target": {"name": ""}, "dry_run": "yes"}).json()
    assert [wrong["pointer"] for wrong in problem["errors"]] == ["/action", "/target/name", "/dry_run"]


def test_nothing_is_converted(world: World, alice: Person) -> None:
    body = {**RESTART, "action": "deployment.scale", "parameters": {"replicas": "3"}}
    problem = alice.client.post(URL, body).json()
    assert (problem["type"], problem["pointer"]) == ("/problems/bad-parameters", "/parameters/replicas")


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"5"])
def test_a_body_is_an_object(world: World, alice: Person, body: bytes) -> None:
    answer = alice.client.post(URL, body)
    assert (answer.status_code, answer.json()["detail"]) == (400, "The body must be a JSON object.")


def test_an_empty_body_lacks_its_members(world: World, alice: Person) -> None:
    assert [wrong["pointer"] for wrong in alice.client.post(URL, {}).json()["errors"]] == ["/action", "/target"]


@pytest.mark.parametrize("until", [1798761600, "1798761600", 1798761600.5, "2027-01-01", True])
def test_a_time_is_text_as_the_schema_says(world: World, alice: Person, until: object) -> None:
    override = {"policies": ["no-latest-tag"], "reason": "x", "until": until}
    problem = alice.client.post(URL, {**RESTART, "override": override}).json()
    assert (problem["pointer"], "such as 2027-03-31T00:00:00Z" in problem["detail"]) == ("/override/until", True)
