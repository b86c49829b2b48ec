"""Answers to a click without a token."""

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from tests.plugins.sandbox_slack import APPROVALS, SandboxSlack
from tests.sandbox_slack.conftest import App
from tests.sandbox_slack.parts import posted_with_buttons, section


@pytest.fixture
def ts(client: WebClient, app: App) -> str:
    return posted_with_buttons(client)


@pytest.fixture
def hook(sandbox_slack: SandboxSlack, ts: str) -> WebhookClient:
    """Where to answer carol's click."""
    return WebhookClient(sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=ts)["payload"]["response_url"])


def test_an_answer_is_for_who_clicked(sandbox_slack: SandboxSlack, hook: WebhookClient) -> None:
    answer = hook.send(text="Link your account first")

    assert (answer.status_code, answer.body) == (200, "ok")
    assert [message["text"] for message in sandbox_slack.messages(user="carol")] == ["Approve?", "Link your account first"]
    assert [message["text"] for message in sandbox_slack.messages(user="alice")] == ["Approve?"]


def test_an_answer_may_be_for_all(sandbox_slack: SandboxSlack, hook: WebhookClient) -> None:
    hook.send(text="Approved", response_type="in_channel")

    assert [message["text"] for message in sandbox_slack.messages(user="alice")] == ["Approve?", "Approved"]


def test_an_answer_may_replace_the_message(sandbox_slack: SandboxSlack, hook: WebhookClient, ts: str) -> None:
    hook.send(text="Approved", blocks=[section("Approved")], replace_original=True)

    (message,) = sandbox_slack.messages()
    assert (message["ts"], message["text"]) == (ts, "Approved")


def test_an_answer_may_delete_the_message(sandbox_slack: SandboxSlack, hook: WebhookClient) -> None:
    hook.send(delete_original=True)

    assert sandbox_slack.messages() == []


def test_five_answers_are_allowed(sandbox_slack: SandboxSlack, hook: WebhookClient) -> None:
    answers = [hook.send(text="x").status_code for _ in range(6)]

    assert answers == [200] * 5 + [404]
    assert len(sandbox_slack.messages()) == 6


def test_answers_are_allowed_for_half_an_hour(sandbox_slack: SandboxSlack, hook: WebhookClient) -> None:
    sandbox_slack.advance(30 * 60 + 1)

    answer = hook.send(text="x")

    assert (answer.status_code, answer.body) == (404, '{"ok": false, "error": "expired_url"}')


def test_wrong_blocks_are_refused_and_do_not_count(sandbox_slack: SandboxSlack, hook: WebhookClient) -> None:
    assert hook.send(text="x", blocks=[section("x" * 3001)]).status_code == 400
    assert [hook.send(text="x").status_code for _ in range(5)] == [200] * 5


def test_an_address_that_we_did_not_give_is_refused(sandbox_slack: SandboxSlack) -> None:
    assert httpx.post(f"{sandbox_slack.url}/response/T0DEMO/1/x", json={"text": "x"}).status_code == 404
