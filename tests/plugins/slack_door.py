"""Slack as a door: the payloads of its buttons and forms, signed as Slack signs them, against the sandbox Slack."""

import json
import re
import time
from html import unescape
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Account
from api.problems import all_kinds
from audit.actor import Actor
from autonomy.models import ActionRequest
from notifications import courier
from notifications.card import prefix_of
from notifications.models import SlackIdentity
from notifications.sandbox import signing
from notifications.services.link import link
from tests.plugins.door import Answer, current_digest
from tests.plugins.sandbox_slack import APPROVALS, BOT_TOKEN, SIGNING_SECRET, TEAM, SandboxSlack
from tests.plugins.world import Person

INTERACTIONS = "/api/v1/slack/interactions/"


@pytest.fixture
def slack_settings(sandbox_slack: SandboxSlack, settings: Any) -> SandboxSlack:
    """The product talks to the sandbox."""
    settings.SLACK_BOT_TOKEN, settings.SLACK_SIGNING_SECRET, settings.SLACK_TEAM_ID = BOT_TOKEN, SIGNING_SECRET, TEAM
    settings.SLACK_API_URL, settings.SLACK_CHANNEL = sandbox_slack.api_url, APPROVALS
    return sandbox_slack


class SlackDoor:
    """Who has no Slack user gets one; a service account gets the link that the product refuses it, to see that it does not help."""

    def __init__(self, person: Person, fixtures: pytest.FixtureRequest) -> None:
        self.sandbox: SandboxSlack = fixtures.getfixturevalue("slack_settings")
        self.user = slack_user(person)
        if person.account.kind == Account.Kind.PERSON:
            link(person.account, TEAM, self.user, actor=Actor.command("test"))
        else:
            SlackIdentity.objects.get_or_create(team_id=TEAM, user_id=self.user, account=person.account)

    def approve(self, request: ActionRequest, *, digest: str | None = None, comment: str = "") -> Answer:
        """The button of the message; with a comment the form behind Review."""
        value = value_of(request, digest)
        return self._submit("approve", value, comment) if comment else self._click("approve", value)

    def deny(self, request: ActionRequest, *, comment: str) -> Answer:
        return self._submit("deny", value_of(request), comment)

    def cancel(self, request: ActionRequest) -> Answer:
        pytest.skip("nobody cancels in Slack")

    def sees(self, request: ActionRequest) -> bool:
        """Whether a click tells her anything about it."""
        return self._click("review", value_of(request)).refused_because != "not-found"

    def _click(self, action_id: str, value: str) -> Answer:
        action = {"type": "button", "action_id": action_id, "value": value, "action_ts": f"{time.time():.6f}{uuid4().int % 1000:03d}"}
        before = len(self._whispers())
        self._send({"type": "block_actions", "channel": {"id": APPROVALS}, "actions": [action], "trigger_id": "long.gone"})
        assert courier.settled(10)
        return _answer([line for text in self._whispers()[before:] for line in text.split("\n")][:1])

    def _submit(self, callback: str, value: str, comment: str) -> Answer:
        values = {"comment": {"comment": {"type": "plain_text_input", "value": comment or None}}}
        view = {"callback_id": callback, "private_metadata": value, "state": {"values": values}}
        answer = self._send({"type": "view_submission", "view": view})
        return _answer(_said(json.loads(answer))) if answer else Answer(None)

    def _send(self, payload: dict[str, Any]) -> bytes:
        status, body = post_signed({**payload, "user": {"id": self.user, "team_id": TEAM}, "team": {"id": TEAM}})
        assert status == 200, body
        return body

    def _whispers(self) -> list[str]:
        return [call["body"]["text"] for call in self.sandbox.calls("chat.postEphemeral")]


def slack_user(person: Person) -> str:
    return f"U0{person.name.upper()}"


def value_of(request: ActionRequest, digest: str | None = None) -> str:
    """What a button carries that shows the plan with this digest, by default the current one."""
    return f"{request.id}:{prefix_of(current_digest(request) if digest is None else digest):_<32}"


def post_signed(payload: dict[str, Any], **headers: str) -> tuple[int, bytes]:
    """Status and body of the answer to an interaction."""
    body = urlencode({"payload": json.dumps(payload)}).encode()
    signed = {**signing.headers(SIGNING_SECRET, body), **headers}
    answer = Client().post(INTERACTIONS, body, content_type="application/x-www-form-urlencoded", headers=signed)
    return answer.status_code, answer.content


def _said(answer: dict[str, Any]) -> list[str]:
    """The first line of what was said below a field, or of the modal that was put over the form."""
    if answer["response_action"] == "push":
        return [answer["view"]["blocks"][0]["text"]["text"].splitlines()[0]]
    return list(answer["errors"].values())


def _answer(said: list[str]) -> Answer:
    """The problem whose title was said; a form that Slack did not open is no refusal."""
    words = unescape(re.sub(r"^:warning: \*|\*$", "", said[0])) if said else ""
    if not words or words.startswith("Slack did not open the form"):
        return Answer(None)
    fitting = [kind.slug for kind in all_kinds() if words.startswith(kind.title)]
    assert fitting, words
    return Answer(fitting[0], words)
