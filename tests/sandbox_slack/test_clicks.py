"""Clicks on messages: the signed payload, and what comes back."""

import threading

import pytest
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from tests.plugins.sandbox_slack import APPROVALS, SIGNING_SECRET, SandboxSlack
from tests.sandbox_slack.conftest import App
from tests.sandbox_slack.parts import actions, button, posted_with_buttons, section


def test_a_click_arrives_in_slacks_shape(sandbox_slack: SandboxSlack, client: WebClient, app: App) -> None:
    ts = posted_with_buttons(client)

    report = sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=ts)

    (payload,) = app.payloads
    assert payload == report["payload"]
    assert payload["type"] == "block_actions"
    assert payload["user"] == {"id": "U0CAROL", "username": "carol", "name": "carol", "team_id": "T0DEMO"}
    assert payload["team"] == {"id": "T0DEMO", "domain": "sandbox"}
    assert payload["channel"] == {"id": APPROVALS, "name": "approvals"}
    assert payload["container"] == {"type": "message", "message_ts": ts, "channel_id": APPROVALS, "is_ephemeral": False}
    assert payload["message"]["ts"] == ts
    assert payload["message"]["blocks"][1]["block_id"] == "decide"
    assert (payload["api_app_id"], payload["enterprise"], payload["is_enterprise_install"]) == ("A0DEMO", None, False)
    assert payload["state"] == {"values": {}}
    assert payload["response_url"].startswith(f"{sandbox_slack.url}/response/T0DEMO/")
    (action,) = payload["actions"]
    assert float(action.pop("action_ts")) > float(ts)
    assert action == {
        "type": "button",
        "action_id": "approve",
        "block_id": "decide",
        "text": {"type": "plain_text", "text": "Approve", "emoji": True},
        "value": "42",
        "style": "primary",
    }


def test_the_signature_is_the_one_that_slack_sdk_verifies(sandbox_slack: SandboxSlack, client: WebClient, app: App) -> None:
    sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=posted_with_buttons(client))

    ((headers, body),) = app.requests
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(body, headers)
    assert not SignatureVerifier("another secret").is_valid_request(body, headers)
    assert not SignatureVerifier(SIGNING_SECRET).is_valid_request(body + b"x", headers)


def test_an_old_signature_can_be_sent(sandbox_slack: SandboxSlack, client: WebClient, app: App) -> None:
    sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=posted_with_buttons(client), age=400)

    ((headers, body),) = app.requests
    assert not SignatureVerifier(SIGNING_SECRET).is_valid_request(body, headers)


def test_the_caller_sees_what_the_app_answered(sandbox_slack: SandboxSlack, client: WebClient, app: App) -> None:
    app.answers = lambda _: (418, "no")

    report = sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=posted_with_buttons(client))

    assert (report["status"], report["body"], report["error"]) == (418, "no", None)
    assert 0 <= report["seconds"] < 3


def test_an_app_that_does_not_answer_in_three_seconds_has_failed(sandbox_slack: SandboxSlack, client: WebClient, app: App) -> None:
    given_up = threading.Event()
    app.answers = lambda _: (200, str(given_up.wait(6)))

    report = sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=posted_with_buttons(client))
    given_up.set()

    assert (report["status"], report["error"]) == (None, "no answer within 3 seconds")


def test_an_app_that_is_away_is_told(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    sandbox_slack.configure(interactions_url="http://127.0.0.1:9/")

    report = sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=posted_with_buttons(client))

    assert report["status"] is None
    assert "refused" in report["error"]


def test_without_an_address_nothing_can_be_clicked(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    with pytest.raises(ValueError, match="no interactions URL"):
        sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=posted_with_buttons(client))


@pytest.mark.parametrize("concurrent", [False, True])
def test_a_click_may_arrive_more_than_once(sandbox_slack: SandboxSlack, client: WebClient, app: App, concurrent: bool) -> None:
    ts = posted_with_buttons(client)

    report = sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=ts, times=3, concurrent=concurrent)

    assert [delivery["status"] for delivery in report["deliveries"]] == [200, 200, 200]
    assert app.payloads == [report["payload"]] * 3


def test_a_guest_and_a_stranger_click_as_who_they_are(sandbox_slack: SandboxSlack, client: WebClient, app: App) -> None:
    ts = posted_with_buttons(client)

    sandbox_slack.click("stranger", "approve", channel=APPROVALS, ts=ts)
    sandbox_slack.click("guest", "approve", channel=APPROVALS, ts=ts, team="T0OTHER")

    stranger, guest = app.payloads
    assert (stranger["user"]["team_id"], stranger["team"]["id"]) == ("T0OTHER", "T0DEMO")
    assert (guest["user"]["team_id"], guest["team"]["id"]) == ("T0DEMO", "T0OTHER")


def test_a_button_that_has_been_replaced_can_still_be_clicked_with_its_value(
    sandbox_slack: SandboxSlack, client: WebClient, app: App
) -> None:
    ts = posted_with_buttons(client)
    client.chat_update(channel=APPROVALS, ts=ts, text="Decided", blocks=[section("Decided")])

    sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=ts, value="42")

    (payload,) = app.payloads
    assert (payload["actions"][0]["action_id"], payload["actions"][0]["value"]) == ("approve", "42")
    with pytest.raises(ValueError, match="no 'approve' to click"):
        sandbox_slack.click("carol", "approve", channel=APPROVALS, ts=ts)


def test_nobody_clicks_what_she_cannot_see(sandbox_slack: SandboxSlack, client: WebClient, app: App) -> None:
    message = client.chat_postMessage(channel="U0ALICE", text="x", blocks=[actions(button())])
    secret = client.chat_postEphemeral(channel=APPROVALS, user="U0ALICE", text="x", blocks=[actions(button())])

    with pytest.raises(ValueError, match="mallory sees no message"):
        sandbox_slack.click("mallory", "approve", channel=message["channel"], ts=message["ts"])
    with pytest.raises(ValueError, match="mallory sees no message"):
        sandbox_slack.click("mallory", "approve", channel=APPROVALS, ts=secret["message_ts"])
    with pytest.raises(ValueError, match="nobody is called 'zoe'"):
        sandbox_slack.click("zoe", "approve", channel=message["channel"], ts=message["ts"])
    assert app.requests == []


def test_a_click_on_an_ephemeral_message_does_not_repeat_it(sandbox_slack: SandboxSlack, client: WebClient, app: App) -> None:
    ts = client.chat_postEphemeral(channel=APPROVALS, user="U0ALICE", text="x", blocks=[actions(button())])["message_ts"]

    sandbox_slack.click("alice", "approve", channel=APPROVALS, ts=ts)

    (payload,) = app.payloads
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload


def test_a_choice_in_a_select_is_sent(sandbox_slack: SandboxSlack, client: WebClient, app: App) -> None:
    options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("dev", "prod")]
    ts = posted_with_buttons(client, {"type": "static_select", "action_id": "where", "options": options})

    sandbox_slack.click("alice", "where", channel=APPROVALS, ts=ts, value="prod")

    (action,) = app.payloads[0]["actions"]
    assert (action["type"], action["selected_option"]["value"]) == ("static_select", "prod")
