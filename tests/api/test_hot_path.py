"""How many queries the most frequent calls take: each is a round trip that everybody waits for."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.plugins.world import Person, World

URL = "/api/v1/requests/"
RESTART = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}}


@pytest.fixture(autouse=True)
def warm(world: World, alice: Person) -> None:
    """Rules are compiled once per process, a token's first use is noted once a day."""
    assert alice.client.post(URL, RESTART).status_code == 202


def test_a_submission(world: World, alice: Person, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """One statement that writes everything, if nothing has changed that is kept of tokens, rules and places."""
    with django_assert_num_queries(1):
        assert alice.client.post(URL, RESTART).status_code == 202


def test_a_submission_with_a_key(world: World, alice: Person, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert alice.client.post(URL, RESTART, idempotency_key="k").status_code == 202


def test_reading_a_request(world: World, alice: Person, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    request = world.submit(alice, "deployment.restart")
    with django_assert_num_queries(1):
        assert alice.client.get(f"{URL}{request.id}/").status_code == 200


def test_an_approval(world: World, alice: Person, carol: Person, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Request with review, and one statement that writes everything."""
    request = world.waiting(alice)
    carol.client.get(f"{URL}{request.id}/")
    with django_assert_num_queries(2):
        assert carol.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest}).status_code == 200
