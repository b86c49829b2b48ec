"""Case 14: what the server decides cannot be sent along. Bodies of the API: tests/api/test_bodies.py."""

from typing import Any

import pytest

from approvals.links import admin_path
from approvals.models import Decision
from autonomy.models import ActionRequest
from tests.plugins.admin_door import csrf_token
from tests.plugins.slack_door import SlackDoor, post_signed, value_of
from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS, RESTART, nothing_happens

FORGED: dict[str, Any] = {
    "account": "alice", "by": "alice", "name": "alice", "person": "x", "door": "rest", "status": "succeeded", "verdict": "approve",
    "groups": "security", "request": "x", "level": 1, "approved_by": "alice", "at": "2020-01-01T00:00:00Z",
}  # fmt: skip


def decision_of(request: ActionRequest) -> tuple[str, str, str, list[str]]:
    decision = Decision.objects.get(review__request=request)
    return decision.name, decision.verdict, decision.door, decision.groups


def test_a_form_of_the_admin_reads_its_own_fields_alone(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    browser = carol.browser
    form = {**FORGED, "digest": request.plan_digest, "comment": "no", "csrfmiddlewaretoken": csrf_token(browser)}

    assert browser.post(f"{admin_path(request)}deny/", form).status_code == 302

    assert decision_of(request) == ("carol", "deny", "admin", ["platform-admins"])
    assert world.fresh(request).status == "denied"


def test_a_click_decides_as_who_clicked_alone(world: World, alice: Person, carol: Person, request: pytest.FixtureRequest) -> None:
    SlackDoor(carol, request)
    waiting = world.waiting(alice)
    user = {**FORGED, "id": "U0CAROL", "username": "alice", "name": "alice"}
    click = {**FORGED, "action_id": "approve", "value": value_of(waiting), "action_ts": "1.1", "actor": "alice"}
    payload = {"type": "block_actions", "user": user, "team": {"id": "T0DEMO"}, "actions": [click], **FORGED}

    assert post_signed({**payload, "user": user})[0] == 200

    assert decision_of(waiting) == ("carol", "approve", "slack", ["platform-admins"])


@pytest.mark.parametrize("inner", ["target", "override", "parameters"])
def test_nor_can_it_be_sent_one_level_deeper(world: World, alice: Person, inner: str) -> None:
    whole = {**RESTART, "override": {"policies": ["x"], "reason": "x", "until": "2099-01-01T00:00:00Z"}, "parameters": {}}
    for name in ("status", "level", "approved", "team", "environment", "seq", "__class__"):
        answer = alice.client.post(REQUESTS, {**whole, inner: {**whole[inner], name: 1}})
        assert answer.status_code == 400, name
        assert name in str(answer.json()), name
    assert not alice.account.action_requests.exists()


def test_a_token_cannot_be_issued_with_more_than_is_offered(world: World, alice: Person) -> None:
    browser = alice.browser
    form = {"csrfmiddlewaretoken": csrf_token(browser), "account": str(alice.account.pk), "name": "x", "days": "7"}

    for more in ({"scopes": ["*"]}, {"scopes": ["requests:read", "admin"]}, {"scopes": ["requests:read"], "days": "100000"}):
        assert browser.post("/admin/tokens/", {**form, **more}).status_code == 400
    answer = browser.post(
        "/admin/tokens/", {**form, "scopes": ["requests:read"], "expires_at": "2099-01-01", "created_by": "", "digest": "x"}
    )

    token = alice.account.api_tokens.get(name="x")
    assert answer.status_code == 200
    assert (token.scopes, (token.expires_at - token.created_at).days, token.created_by) == (["requests:read"], 7, alice.account)


def test_a_request_that_waits_takes_no_plan_from_outside(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)

    with nothing_happens(world, request):
        forged: list[dict[str, Any]] = [{"plan": {}}, {"diff": ""}, {"digests": ["x"]}, {"force": True}]
        for more in forged:
            answer = carol.client.post(f"{REQUESTS}{request.id}/approve/", {"digest": request.plan_digest, **more})
            assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-body")
