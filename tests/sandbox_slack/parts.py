"""Blocks and views for the tests."""

from typing import Any

from slack_sdk import WebClient

from tests.plugins.sandbox_slack import APPROVALS, Json


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": mrkdwn(text)}


def button(action_id: str = "approve", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(action_id.capitalize()[:75]), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "decide", "elements": list(elements)}


def reason_modal(**more: Any) -> Json:
    field = {"type": "plain_text_input", "action_id": "text", "multiline": True}
    reason = {"type": "input", "block_id": "reason", "label": plain("Reason"), "element": field}
    return {"type": "modal", "title": plain("Deny"), "submit": plain("Deny"), "callback_id": "deny", "blocks": [reason], **more}


def posted_with_buttons(client: WebClient, *elements: Json) -> str:
    """The ts of a message in #approvals."""
    buttons = elements or (button("approve", value="42", style="primary"), button("deny", value="42"))
    ts: str = client.chat_postMessage(channel=APPROVALS, text="Approve?", blocks=[section("*Approve?*"), actions(*buttons)])["ts"]
    return ts
