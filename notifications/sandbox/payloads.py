"""The payloads of interactions, in Slack's shape."""

import secrets
import time
from collections.abc import Mapping

from pydantic import JsonValue

from notifications.sandbox.blocks import Block, Button, Clickable
from notifications.sandbox.model import Channel, Message, User, View
from notifications.sandbox.people import APP_ID
from notifications.sandbox.sandbox import Sandbox

Payload = dict[str, JsonValue]

# The deprecated verification token: it is in every payload, and proves nothing.
VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105


def interaction(sandbox: Sandbox, kind: str, user: User, *, team: str | None = None) -> Payload:
    """What every payload has. A person of another workspace has its `user.team_id`; `team` is where it happened."""
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": {"id": team or sandbox.team, "domain": "sandbox"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_part(sandbox: Sandbox, channel: Channel, message: Message, *, response_url: str) -> Payload:
    """Where a click on a message happened; an ephemeral message is not repeated in it."""
    container: Payload = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    name = "privategroup" if channel.is_private else channel.name
    shown: Payload = {} if message.ephemeral_to else {"message": sandbox.message_json(message)}
    return {
        "container": container,
        "channel": {"id": channel.id, "name": name},
        **shown,
        "state": {"values": {}},
        "response_url": response_url,
    }


def view_part(sandbox: Sandbox, view: View, values: Mapping[str, JsonValue]) -> Payload:
    return {"container": {"type": "view", "view_id": view.id}, "view": sandbox.view_json(view, values)}


def action(block: Block, element: Clickable, value: str | None) -> Payload:
    """One entry of `actions`; `value` is what the button sends, or the option chosen."""
    shown: Payload = element.model_dump(mode="json", exclude_none=True, exclude={"options", "url", "accessibility_label"})
    if isinstance(element, Button):
        shown |= {"value": value} if value is not None else {}
    else:
        chosen = next((option for option in element.options if option.value == value), element.options[0])
        shown["selected_option"] = chosen.model_dump(mode="json", exclude_none=True)
    return {**shown, "block_id": block.block_id, "action_ts": action_ts()}


def action_ts() -> str:
    seconds, micros = divmod(time.time_ns() // 1000, 1_000_000)
    return f"{seconds}.{micros:06d}"


def response_path(team: str) -> str:
    return f"/response/{team}/{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
