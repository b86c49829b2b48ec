"""Posting and updating messages."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.plugins.sandbox_slack import APPROVALS, SandboxSlack
from tests.sandbox_slack.parts import actions, button, section


def test_a_posted_message_is_found_in_its_channel(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    answer = client.chat_postMessage(channel=APPROVALS, text="Hello", blocks=[section("*Hello* &amp; welcome")])

    (message,) = sandbox_slack.messages(APPROVALS)
    assert answer["channel"] == APPROVALS
    assert message["ts"] == answer["ts"]
    assert message["text"] == "Hello"
    assert message["blocks"][0]["text"] == {"type": "mrkdwn", "text": "*Hello* &amp; welcome", "verbatim": False}
    assert (message["user"], message["bot_id"], message["app_id"]) == ("U0BOT", "B0BOT", "A0DEMO")


def test_blocks_may_come_as_form_fields_too(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    client.api_call("chat.postMessage", params={"channel": APPROVALS, "blocks": '[{"type": "divider"}]'})

    (message,) = sandbox_slack.messages()
    assert [block["type"] for block in message["blocks"]] == ["divider"]


def test_ids_that_the_app_leaves_out_are_made(client: WebClient) -> None:
    unnamed = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}

    blocks = client.chat_postMessage(channel=APPROVALS, blocks=[{"type": "actions", "elements": [unnamed]}], text="x")["message"]["blocks"]

    assert blocks[0]["block_id"]
    assert blocks[0]["elements"][0]["action_id"]


def test_timestamps_are_unique_and_grow(client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel=APPROVALS, text=str(number))["ts"] for number in range(5)]

    assert sorted(set(stamps)) == stamps


def test_a_channel_can_be_named(client: WebClient) -> None:
    assert client.chat_postMessage(channel="#approvals", text="x")["channel"] == APPROVALS


def test_a_channel_of_a_new_id_comes_into_being(client: WebClient) -> None:
    client.chat_postMessage(channel="C0RELEASES", text="x")

    assert client.conversations_info(channel="C0RELEASES")["channel"]["name"] == "releases"


def test_a_message_to_a_user_becomes_a_direct_message(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    channel = client.chat_postMessage(channel="U0ALICE", text="For you")["channel"]

    assert channel == "D0ALICE"
    assert [message["text"] for message in sandbox_slack.messages(channel, "alice")] == ["For you"]
    assert sandbox_slack.messages(channel, "bob") == []


def test_an_update_with_blocks_replaces_them_without_a_mark(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=APPROVALS, text="Old", blocks=[actions(button())])["ts"]

    client.chat_update(channel=APPROVALS, ts=ts, text="New", blocks=[section("Done")])

    (message,) = sandbox_slack.messages()
    assert message["text"] == "New"
    assert [block["type"] for block in message["blocks"]] == ["section"]
    assert "edited" not in message


def test_an_update_with_text_alone_removes_the_blocks_and_marks_the_message(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=APPROVALS, text="Old", blocks=[section("Old")])["ts"]

    client.chat_update(channel=APPROVALS, ts=ts, text="New")

    (message,) = sandbox_slack.messages()
    assert (message["text"], message["blocks"], message["edited"]["user"]) == ("New", [], "U0BOT")


def test_attachments_stay_until_an_empty_list_removes_them(client: WebClient) -> None:
    ts = client.chat_postMessage(channel=APPROVALS, text="x", attachments=[{"color": "danger", "text": "Denied"}])["ts"]

    kept = client.chat_update(channel=APPROVALS, ts=ts, text="y")["message"]
    removed = client.chat_update(channel=APPROVALS, ts=ts, text="z", attachments=[])["message"]

    assert kept["attachments"] == [{"color": "danger", "text": "Denied"}]
    assert "attachments" not in removed


def test_an_ephemeral_message_is_for_one_person(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    ts = client.chat_postEphemeral(channel=APPROVALS, user="U0MALLORY", text="Link your account")["message_ts"]

    assert [message["ts"] for message in sandbox_slack.messages(user="mallory")] == [ts]
    assert sandbox_slack.messages(user="alice") == []


def test_an_ephemeral_message_cannot_be_updated(client: WebClient) -> None:
    ts = client.chat_postEphemeral(channel=APPROVALS, user="U0MALLORY", text="Link your account")["message_ts"]

    with pytest.raises(SlackApiError, match="message_not_found"):
        client.chat_update(channel=APPROVALS, ts=ts, text="y")


def test_a_reply_belongs_to_the_thread_of_its_parent(client: WebClient) -> None:
    parent = client.chat_postMessage(channel=APPROVALS, text="Parent")["ts"]
    reply = client.chat_postMessage(channel=APPROVALS, text="Reply", thread_ts=parent)

    assert client.chat_postMessage(channel=APPROVALS, text="x", thread_ts=reply["ts"])["message"]["thread_ts"] == parent
    with pytest.raises(SlackApiError, match="thread_not_found"):
        client.chat_postMessage(channel=APPROVALS, text="x", thread_ts="1.000000")


def test_metadata_is_kept(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    metadata = {"event_type": "review", "event_payload": {"request": "1"}}

    client.chat_postMessage(channel=APPROVALS, text="x", metadata=metadata)

    assert sandbox_slack.messages()[0]["metadata"] == metadata


def test_long_text_is_cut_off_when_posted_and_refused_when_updated(client: WebClient) -> None:
    message = client.chat_postMessage(channel=APPROVALS, text="x" * 40_001)
    assert len(message["message"]["text"]) == 40_000

    client.chat_update(channel=APPROVALS, ts=message["ts"], text="x" * 4_000)
    with pytest.raises(SlackApiError, match="msg_too_long"):
        client.chat_update(channel=APPROVALS, ts=message["ts"], text="x" * 4_001)


def test_what_people_write_is_escaped_as_slack_does(sandbox_slack: SandboxSlack) -> None:
    sandbox_slack.say("alice", "a < b & c")

    (message,) = sandbox_slack.messages()
    assert (message["user"], message["text"]) == ("U0ALICE", "a &lt; b &amp; c")
