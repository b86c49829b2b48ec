"""What Slack did not sign is a 401, before anything of it is read."""

import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from approvals.models import Decision
from autonomy.models import ActionRequest
from notifications.sandbox import signing
from tests.plugins.sandbox_slack import SIGNING_SECRET, SandboxSlack
from tests.plugins.slack_door import INTERACTIONS, SlackDoor, post_signed, value_of
from tests.plugins.world import Person, World

BODY = b"payload=%7B%7D"
GOOD = signing.headers(SIGNING_SECRET, BODY)


def post(body: bytes, headers: dict[str, str]) -> Any:
    return Client().post(INTERACTIONS, body, content_type="application/x-www-form-urlencoded", headers=headers)


def with_headers(timestamp: str | None = None, signature: str | None = None) -> dict[str, str]:
    headers = dict(signing.headers(SIGNING_SECRET, BODY))
    if timestamp is not None:
        headers["X-Slack-Request-Timestamp"] = timestamp
    if signature is not None:
        headers["X-Slack-Signature"] = signature
    return headers


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="missing"),
        pytest.param(with_headers(signature=""), id="empty"),
        pytest.param(with_headers(signature="v0="), id="empty digest"),
        pytest.param(with_headers(signature="v0=" + "0" * 64), id="forged"),
        pytest.param(with_headers(signature="v0=ünïcode"), id="not ASCII"),
        pytest.param(signing.headers("another secret", BODY), id="another secret"),
        pytest.param(signing.headers(SIGNING_SECRET, BODY + b"x"), id="another body"),
        pytest.param(signing.headers(SIGNING_SECRET, BODY, age=301), id="stale"),
        pytest.param(signing.headers(SIGNING_SECRET, BODY, age=-86_400), id="of the future"),
        pytest.param(with_headers(timestamp="yesterday"), id="timestamp is no number"),
        pytest.param(with_headers(timestamp=""), id="timestamp is empty"),
        pytest.param(with_headers(timestamp="1" * 5000), id="timestamp is enormous"),
    ],
)
def test_it_is_refused(db: None, slack_settings: SandboxSlack, headers: dict[str, str]) -> None:
    answer = post(BODY, headers)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/not-from-slack"


def test_a_body_that_is_no_utf8_is_refused(db: None, slack_settings: SandboxSlack) -> None:
    body = b"payload=\xff\xfe"

    assert post(body, signing.headers(SIGNING_SECRET, body)).status_code == 401


def test_without_a_secret_nothing_is_believed(db: None, settings: Any) -> None:
    settings.SLACK_SIGNING_SECRET = ""

    assert post(BODY, signing.headers("", BODY)).status_code == 401
    assert post(BODY, {}).status_code == 401


@pytest.mark.parametrize("secret", ["", "   "])
def test_an_empty_secret_refuses_to_boot(secret: str) -> None:
    environment = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": secret, "SLACK_TEAM_ID": "T1", "PATH": ""}

    started = subprocess.run(
        [sys.executable, "-c", "import config.environment"], env=environment, capture_output=True, text=True, check=False
    )

    assert started.returncode == 1
    assert "SLACK_SIGNING_SECRET is empty" in started.stderr


def test_a_valid_signature_of_nonsense_is_a_400(db: None, slack_settings: SandboxSlack) -> None:
    for body in (BODY, b"", b"payload=", b"payload=[]", b"payload=1&payload=2", b"other=1", b"payload=%7B%22type%22"):
        answer = post(body, signing.headers(SIGNING_SECRET, body))

        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-payload"), body


def test_another_method_is_a_405(db: None, slack_settings: SandboxSlack) -> None:
    answer = Client().get(INTERACTIONS, headers=GOOD)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.json()["type"] == "/problems/method-not-allowed"


def test_a_replayed_signature_after_five_minutes_is_refused(
    world: World, alice: Person, carol: Person, request: pytest.FixtureRequest
) -> None:
    SlackDoor(carol, request)
    asked = world.waiting(alice)
    action = {"action_id": "approve", "value": value_of(asked), "action_ts": "1.1"}
    payload = {"type": "block_actions", "user": {"id": "U0CAROL"}, "team": {"id": "T0DEMO"}, "actions": [action]}

    status, _ = post_signed(payload, **{"X-Slack-Request-Timestamp": "1000000000"})

    assert status == 401
    assert Decision.objects.count() == 0
    assert ActionRequest.objects.get(pk=asked.pk).status == "awaiting_approval"
