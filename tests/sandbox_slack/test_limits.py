"""Slack's limits: the largest that is allowed, and one more."""

import json

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.plugins.sandbox_slack import APPROVALS, Json, SandboxSlack
from tests.sandbox_slack.parts import actions, button, mrkdwn, plain, reason_modal, section


def refusal(client: WebClient, blocks: list[Json]) -> tuple[str, list[str]]:
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=APPROVALS, text="x", blocks=blocks)
    answer = refused.value.response
    return answer["error"], answer.get("response_metadata", {}).get("messages", [])


def labelled(length: int) -> Json:
    return actions({**button(), "text": plain("x" * length)})


def confirming(**texts: Json) -> Json:
    dialog = {"title": plain("Sure?"), "text": mrkdwn("Really?"), "confirm": plain("Yes"), "deny": plain("No"), **texts}
    return actions(button(confirm=dialog))


def numbered(count: int) -> list[Json]:
    return [button(f"button-{number}") for number in range(count)]


@pytest.mark.parametrize(
    ("largest", "too_much", "place", "limit"),
    [
        (labelled(75), labelled(76), "/blocks/0/elements/0/text/text", 75),
        (actions(button(value="x" * 2000)), actions(button(value="x" * 2001)), "/blocks/0/elements/0/value", 2000),
        (actions(button("x" * 255)), actions(button("x" * 256)), "/blocks/0/elements/0/action_id", 255),
        ({"type": "divider", "block_id": "x" * 255}, {"type": "divider", "block_id": "x" * 256}, "/blocks/0/block_id", 255),
        (section("x" * 3000), section("x" * 3001), "/blocks/0/text/text", 3000),
        ({"type": "header", "text": plain("x" * 150)}, {"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text", 150),
        (
            {"type": "section", "fields": [mrkdwn("x" * 2000)]},
            {"type": "section", "fields": [mrkdwn("x" * 2001)]},
            "/blocks/0/fields/0/text",
            2000,
        ),
        (confirming(title=plain("x" * 100)), confirming(title=plain("x" * 101)), "/blocks/0/elements/0/confirm/title/text", 100),
        (confirming(text=mrkdwn("x" * 300)), confirming(text=mrkdwn("x" * 301)), "/blocks/0/elements/0/confirm/text/text", 300),
        (confirming(deny=plain("x" * 30)), confirming(deny=plain("x" * 31)), "/blocks/0/elements/0/confirm/deny/text", 30),
    ],
)
def test_text_that_is_one_character_too_long_is_named(client: WebClient, largest: Json, too_much: Json, place: str, limit: int) -> None:
    assert client.chat_postMessage(channel=APPROVALS, text="x", blocks=[largest])["ok"] is True

    assert refusal(client, [too_much]) == ("invalid_blocks", [f"[ERROR] must be less than {limit + 1} characters [json-pointer:{place}]"])


@pytest.mark.parametrize(
    ("largest", "too_much", "place", "limit"),
    [
        ([{"type": "divider"}] * 50, [{"type": "divider"}] * 51, "/blocks", 50),
        ([actions(*numbered(25))], [actions(*numbered(26))], "/blocks/0/elements", 25),
        ([{"type": "section", "fields": [mrkdwn("x")] * 10}], [{"type": "section", "fields": [mrkdwn("x")] * 11}], "/blocks/0/fields", 10),
        (
            [{"type": "context", "elements": [mrkdwn("x")] * 10}],
            [{"type": "context", "elements": [mrkdwn("x")] * 11}],
            "/blocks/0/elements",
            10,
        ),
    ],
)
def test_one_item_too_many_is_named(client: WebClient, largest: list[Json], too_much: list[Json], place: str, limit: int) -> None:
    assert client.chat_postMessage(channel=APPROVALS, text="x", blocks=largest)["ok"] is True

    assert refusal(client, too_much) == ("invalid_blocks", [f"[ERROR] no more than {limit} items allowed [json-pointer:{place}]"])


def test_all_blocks_together_have_a_limit_too(client: WebClient) -> None:
    def blocks(characters: int) -> list[Json]:
        whole = [section("x" * 3000) for _ in range(4)]
        missing = characters - len(json.dumps([*whole, section("")], separators=(",", ":")))
        return [*whole, section("x" * missing)]

    assert client.chat_postMessage(channel=APPROVALS, text="x", blocks=blocks(13_200))["ok"] is True
    assert refusal(client, blocks(13_201)) == ("msg_blocks_too_long", [])


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"type": "image", "image_url": "x"}, "unsupported type: image [json-pointer:/blocks/0]"),
        ({"text": plain("x")}, "missing required field: type [json-pointer:/blocks/0]"),
        ({"type": "section"}, "missing required field: text or fields [json-pointer:/blocks/0]"),
        ({"type": "header"}, "missing required field: text [json-pointer:/blocks/0]"),
        ({"type": "header", "text": plain("")}, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ({"type": "divider", "colour": "red"}, "invalid additional property: colour [json-pointer:/blocks/0]"),
        (actions(button("a"), button("a")), "`action_id` `a` already exists for `block_id` `decide` [json-pointer:/blocks/0]"),
        (reason_modal()["blocks"][0], "unsupported type: input [json-pointer:/blocks/0]"),
    ],
)
def test_a_block_that_is_wrong_is_explained(client: WebClient, block: Json, message: str) -> None:
    assert refusal(client, [block]) == ("invalid_blocks", [f"[ERROR] {message}"])


def test_two_blocks_cannot_share_an_id(client: WebClient) -> None:
    error, messages = refusal(client, [{"type": "divider", "block_id": "a"}] * 2)

    assert (error, messages) == ("invalid_blocks", ["[ERROR] `block_id` `a` already exists [json-pointer:]"])


def test_blocks_that_are_no_list_have_the_wrong_format(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_blocks_format"):
        client.chat_postMessage(channel=APPROVALS, text="x", blocks="not json")


def test_an_update_is_checked_as_well_and_then_changes_nothing(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    ts = client.chat_postMessage(channel=APPROVALS, text="x", blocks=[section("x")])["ts"]

    with pytest.raises(SlackApiError, match="invalid_blocks"):
        client.chat_update(channel=APPROVALS, ts=ts, text="y", blocks=[section("x" * 3001)])
    assert sandbox_slack.messages()[0]["text"] == "x"
