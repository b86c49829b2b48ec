"""Idempotency-Key: the same call twice is one request."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from autonomy.models import ActionRequest, IdempotencyKey
from tests.plugins.world import Person, World

URL = "/api/v1/requests/"
RESTART: dict[str, Any] = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}}


def test_the_same_body_again_gives_the_same_request_as_it_is_now(world: World, alice: Person) -> None:
    first = alice.client.post(URL, RESTART, idempotency_key="k1")
    alice.client.post(f"{URL}{first.json()['id']}/cancel/")

    again = alice.client.post(URL.rstrip("/"), dict(reversed(RESTART.items())), idempotency_key="k1")

    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert (again.status_code, again["Location"]) == (202, first["Location"])
    assert (first.json()["status"], again.json()["status"]) == ("queued", "cancelled")
    assert ActionRequest.objects.count() == 1


def test_a_refusal_is_repeated_as_a_refusal(world: World, alice: Person) -> None:
    body = {**RESTART, "action": "deployment.apply", "parameters": {"manifest": latest_image()}}

    answers = [alice.client.post(URL, body, idempotency_key="k1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[1]["Idempotency-Replayed"] == "true"
    assert answers[0].json()["request"]["id"] == answers[1].json()["request"]["id"]


def test_another_body_is_refused(world: World, alice: Person) -> None:
    alice.client.post(URL, RESTART, idempotency_key="k1")

    answer = alice.client.post(URL, {**RESTART, "reason": "another"}, idempotency_key="k1")

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-mismatch")
    assert ActionRequest.objects.count() == 1


def test_a_key_belongs_to_its_account(world: World, alice: Person, ci_payments: Person) -> None:
    ids = {who.client.post(URL, RESTART, idempotency_key="k1").json()["id"] for who in (alice, ci_payments)}
    assert len(ids) == 2


def test_a_key_lives_for_a_day(world: World, alice: Person) -> None:
    alice.client.post(URL, RESTART, idempotency_key="k1")
    for key in IdempotencyKey.objects.all():
        key.created_at -= timedelta(hours=24)
        key.save()

    answer = alice.client.post(URL, {**RESTART, "reason": "another day"}, idempotency_key="k1")

    assert (answer.status_code, "Idempotency-Replayed" in answer) == (202, False)
    assert ActionRequest.objects.count() == 2


@pytest.mark.parametrize("key", ["", "a b", "k" * 256, "clé"])
def test_what_a_key_is_not(world: World, alice: Person, key: str) -> None:
    answer = alice.client.post(URL, RESTART, idempotency_key=key)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-idempotency-key")
    assert ActionRequest.objects.count() == 0


def test_of_calls_at_the_same_time_one_makes_the_request_and_all_get_it(committed_world: World) -> None:
    alice = committed_world["alice"]

    def call(_: int) -> tuple[int, str]:
        answer = alice.client.post(URL, RESTART, idempotency_key="k1")
        connection.close()
        return answer.status_code, answer.headers.get("Idempotency-Replayed", "")

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(call, range(16)))

    assert sorted(answers) == [(202, "")] + [(202, "true")] * 15
    assert ActionRequest.objects.count() == 1


def latest_image() -> dict[str, Any]:
    container = {"name": "web", "image": "nginx:latest"}
    template = {"metadata": {"labels": {"app": "api"}}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": {"app": "api"}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api"}, "spec": spec}
