"""Errors of the Web API: Slack's own, and those that a test asks for."""

import time
import urllib.error

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.plugins.sandbox_slack import APPROVALS, BOT_TOKEN, SandboxSlack
from tests.sandbox_slack.parts import section


def test_a_call_without_a_token_is_refused(sandbox_slack: SandboxSlack) -> None:
    with pytest.raises(SlackApiError, match="not_authed"):
        WebClient(base_url=sandbox_slack.api_url).auth_test()


def test_a_call_with_another_token_is_refused_and_changes_nothing(sandbox_slack: SandboxSlack) -> None:
    with pytest.raises(SlackApiError, match="invalid_auth"):
        sandbox_slack.client("xoxb-other").chat_postMessage(channel=APPROVALS, text="x")

    assert sandbox_slack.messages() == []


def test_an_unknown_method_is_refused(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="unknown_method"):
        client.api_call("chat.shout")


@pytest.mark.parametrize("channel", ["", "nowhere", "#nowhere", "X123", "U0NOBODY", "U0BOT"])
def test_a_channel_that_is_none_is_not_found(client: WebClient, channel: str) -> None:
    with pytest.raises(SlackApiError, match="channel_not_found"):
        client.chat_postMessage(channel=channel, text="x")


def test_an_archived_channel_takes_no_message_and_no_update(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C0OLD", text="x")["ts"]
    sandbox_slack.channel("C0OLD", "old", is_archived=True)

    with pytest.raises(SlackApiError, match="is_archived"):
        client.chat_postMessage(channel="C0OLD", text="x")
    with pytest.raises(SlackApiError, match="is_archived"):
        client.chat_update(channel="C0OLD", ts=ts, text="y")
    assert [message["text"] for message in sandbox_slack.messages("C0OLD")] == ["x"]


def test_a_channel_that_the_app_is_not_in_takes_no_message(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    sandbox_slack.channel("C0SECRET", "secret", is_member=False)

    with pytest.raises(SlackApiError, match="not_in_channel"):
        client.chat_postMessage(channel="C0SECRET", text="x")


def test_a_message_that_is_gone_cannot_be_updated(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="message_not_found"):
        client.chat_update(channel=APPROVALS, ts="1700000000.000001", text="x")


def test_somebody_elses_message_cannot_be_updated(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    ts = sandbox_slack.say("alice", "mine")

    with pytest.raises(SlackApiError, match="cant_update_message"):
        client.chat_update(channel=APPROVALS, ts=ts, text="x")
    assert sandbox_slack.messages()[0]["text"] == "mine"


def test_an_update_needs_the_id_of_the_channel(client: WebClient) -> None:
    ts = client.chat_postMessage(channel="U0ALICE", text="x")["ts"]

    with pytest.raises(SlackApiError, match="channel_not_found"):
        client.chat_update(channel="U0ALICE", ts=ts, text="y")


def test_a_message_must_say_something(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="no_text"):
        client.api_call("chat.postMessage", json={"channel": APPROVALS})


def test_an_ephemeral_message_needs_somebody_in_the_channel(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="user_not_in_channel"):
        client.chat_postEphemeral(channel=APPROVALS, user="U0NOBODY", text="x")


def test_a_body_that_is_no_json_object_is_refused(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="json_not_object"):
        client.api_call("auth.test", json=["x"])  # type: ignore[arg-type]


def test_the_rate_limit_is_one_message_per_second_and_channel(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    sandbox_slack.configure(rate_limit=True)
    client.chat_postMessage(channel=APPROVALS, text="1")

    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=APPROVALS, text="2")
    client.chat_postMessage(channel="C0PAYMENTS", text="elsewhere")
    sandbox_slack.advance(1)
    client.chat_postMessage(channel=APPROVALS, text="3")

    assert refused.value.response.status_code == 429
    assert refused.value.response["error"] == "ratelimited"
    assert refused.value.response.headers["Retry-After"] == "1"
    assert [message["text"] for message in sandbox_slack.messages()] == ["1", "3"]


def test_a_fault_strikes_as_often_as_asked(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    sandbox_slack.fault("chat.postMessage", times=2, status=429, retry_after=7)

    for _ in range(2):
        with pytest.raises(SlackApiError) as refused:
            client.chat_postMessage(channel=APPROVALS, text="x")
        assert refused.value.response.headers["Retry-After"] == "7"
    client.chat_postMessage(channel=APPROVALS, text="y")

    assert [message["text"] for message in sandbox_slack.messages()] == ["y"]
    assert [call["status"] for call in sandbox_slack.calls("chat.postMessage")] == [429, 429, 200]


def test_a_fault_with_an_error_stays_until_cleared(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=APPROVALS, text="x")["ts"]
    sandbox_slack.fault("chat.update", error="edit_window_closed")

    for _ in range(3):
        with pytest.raises(SlackApiError, match="edit_window_closed"):
            client.chat_update(channel=APPROVALS, ts=ts, text="y")
    sandbox_slack.clear_faults()

    assert client.chat_update(channel=APPROVALS, ts=ts, text="y")["ok"] is True


def test_a_server_error_is_no_json(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    sandbox_slack.fault("auth.test", status=503, times=1)

    with pytest.raises(SlackApiError) as refused:
        client.auth_test()
    assert refused.value.response.status_code == 503


def test_a_delay_lets_the_client_time_out(sandbox_slack: SandboxSlack) -> None:
    sandbox_slack.fault("auth.test", delay=2, times=1)
    hasty = WebClient(BOT_TOKEN, base_url=sandbox_slack.api_url, timeout=1)

    with pytest.raises((TimeoutError, urllib.error.URLError)):
        hasty.auth_test()


def test_a_lost_answer_leaves_the_message_posted(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    sandbox_slack.fault("chat.postMessage", status=500, applied=True, times=1)

    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel=APPROVALS, text="x")
    assert [message["text"] for message in sandbox_slack.messages()] == ["x"]


def test_all_calls_are_told_with_their_bodies_and_without_the_token(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    before = time.time()
    client.chat_postMessage(channel=APPROVALS, text="x", blocks=[section("y")])
    with pytest.raises(SlackApiError):
        client.users_lookupByEmail(email="nobody@example.com")

    post, lookup = sandbox_slack.calls()
    assert post["method"] == "chat.postMessage"
    assert post["body"] == {"channel": APPROVALS, "text": "x", "blocks": [section("y")]}
    assert (post["status"], post["error"]) == (200, None)
    assert post["at"] >= before
    assert (lookup["body"], lookup["error"]) == ({"email": "nobody@example.com"}, "users_not_found")
    assert BOT_TOKEN not in str(sandbox_slack.calls())
