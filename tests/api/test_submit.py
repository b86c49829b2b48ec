"""POST /api/v1/requests/: what a caller gets back."""

import pytest

from autonomy.models import ActionRequest
from tests.plugins.world import Person, World

URL = "/api/v1/requests/"
RESTART = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}, "reason": "cache"}


def test_a_level_1_request_is_queued_at_once(world: World, alice: Person) -> None:
    answer = alice.client.post(URL, RESTART)

    assert answer.status_code == 202
    body = answer.json()
    assert answer["Location"] == f"http://testserver/api/v1/requests/{body['id']}/"
    assert body["target"] == {"cluster": "sandbox", "namespace": "payments-dev", "kind": "Deployment", "name": "api"}
    kept = ("action", "parameters", "reason", "level", "status", "requester", "team", "environment", "door", "plan", "review", "result")
    assert {name: body[name] for name in kept} == {
        "action": "deployment.restart", "parameters": {}, "reason": "cache", "level": 1, "status": "queued", "requester": "alice",
        "team": "payments", "environment": "dev", "door": "rest", "plan": None, "review": None, "result": None,
    }  # fmt: skip
    assert body["level_because"] == [
        {"boundary": "own-workloads", "level": 1, "reason": "A team runs its own workloads, so nobody has to be asked."}
    ]
    assert world.events(ActionRequest.objects.get(pk=body["id"])) == ["request.queued"]


def test_a_level_3_request_is_submitted_until_its_plan_is_ready(world: World, alice: Person) -> None:
    body = {
        "action": "boundary.set",
        "target": {"name": "weekend"},
        "parameters": {"level": 3, "environments": ["prod"], "reason": "Nobody is here."},
    }
    sent = alice.client.post(URL, body).json()
    assert (sent["status"], sent["plan"]["status"], sent["review"]) == ("submitted", "pending", None)

    world.work()

    read = alice.client.get(f"{URL}{sent['id']}/").json()
    assert (read["status"], read["plan"]["status"]) == ("awaiting_approval", "ready")
    assert "+environments:" in read["plan"]["diff"]
    assert read["plan"]["digest"].startswith("sha256:")
    assert read["review"]["stages"] == [{"group": "platform-admins", "required": 1, "approved": 0, "status": "waiting"}]
    assert read["review"]["decisions"] == []
    assert read["review"]["me"] == {"can_decide": False, "because": "alice asked for this; that is you."}


def test_it_works_without_the_trailing_slash(world: World, alice: Person) -> None:
    assert alice.client.post("/api/v1/requests", RESTART).status_code == 202


def test_what_the_catalogue_does_not_have_is_refused(world: World, alice: Person) -> None:
    answer = alice.client.post(URL, {**RESTART, "action": "deployment.explode"})

    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/unknown-action"
    assert answer.json()["pointer"] == "/action"
    assert ActionRequest.objects.count() == 0


@pytest.mark.parametrize(
    ("hard", "pointer", "says"),
    [
        (
            {"requests.cpu": "8 cores"},
            "/parameters/hard/requests.cpu",
            "parameters.hard.requests.cpu: '8 cores' is no quantity: write a number and its unit in one, such as "
            '"8" or "500m" (half of one) for CPU, "16Gi" for memory, "40" for a number of pods.',
        ),
        (
            {"CPU cores": "8"},
            "/parameters/hard/CPU cores",
            "parameters.hard.CPU cores: 'CPU cores' names no resource: write it as the quota has it, such as "
            '"requests.cpu", "limits.memory" or "pods".',
        ),
    ],
    ids=["quantity", "resource"],
)
def test_a_quota_of_no_known_form_is_refused_with_examples(
    world: World, alice: Person, hard: dict[str, str], pointer: str, says: str
) -> None:
    target = {"cluster": "sandbox", "namespace": "payments-dev", "name": "compute"}
    body = {"action": "quota.set", "target": target, "parameters": {"hard": hard}, "reason": "More load"}

    problem = alice.client.post(URL, body).json()

    assert (problem["status"], problem["pointer"], problem["detail"]) == (400, pointer, says)
    assert ActionRequest.objects.count() == 0


def test_the_namespace_of_another_team_is_refused(world: World, bob: Person) -> None:
    answer = bob.client.post(URL, RESTART)

    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/not-your-namespace"
    assert answer.json()["because"] == "payments-dev belongs to the team payments, and bob is not in it."
    assert ActionRequest.objects.count() == 0


def test_an_auditor_changes_nothing(world: World, gina: Person) -> None:
    assert gina.client.post(URL, RESTART).json()["type"] == "/problems/may-not-submit"
    assert ActionRequest.objects.count() == 0
