"""chat.*"""

from dataclasses import dataclass
from typing import TypeAlias

from pydantic import JsonValue

from notifications.sandbox import conversations
from notifications.sandbox.arguments import Arguments
from notifications.sandbox.blocks import MessageBlock, message_blocks
from notifications.sandbox.errors import ApiError
from notifications.sandbox.model import Attachment, Edited, Message, Workspace, attachments
from notifications.sandbox.people import BOT_ID
from notifications.sandbox.sandbox import Sandbox

Reply: TypeAlias = dict[str, JsonValue]

TEXT_KEPT = 40_000
MAX_UPDATED_TEXT = 4_000


@dataclass(frozen=True)
class Content:
    """What a call says; None is what it does not mention."""

    text: str | None
    blocks: list[MessageBlock] | None
    attachments: list[Attachment] | None
    metadata: dict[str, JsonValue] | None


def content(args: Arguments) -> Content:
    """Raises ApiError about blocks, attachments, metadata, or `no_text`."""
    metadata = args.structure("metadata", "invalid_metadata_format")
    if metadata is not None and not isinstance(metadata, dict):
        raise ApiError("invalid_metadata_format")
    said = Content(
        text=args.text("text") if "text" in args else None,
        blocks=message_blocks(args.structure("blocks", "invalid_blocks_format")) if "blocks" in args else None,
        attachments=attachments(args.structure("attachments", "invalid_attachments")) if "attachments" in args else None,
        metadata=metadata,
    )
    if not (said.text or said.blocks or said.attachments):
        raise ApiError("no_text")
    return said


def post_message(sandbox: Sandbox, args: Arguments) -> Reply:
    said = content(args)
    with sandbox.store.writing() as workspace:
        channel = conversations.open_for_posts(sandbox, workspace, args.text("channel"))
        sandbox.rate_limit.count(channel.id)
        thread = _thread(workspace, channel.id, args.text("thread_ts"))
        message = conversations.add(workspace, _new(workspace, channel.id, said, thread_ts=thread))
        return {"ok": True, "channel": channel.id, "ts": message.ts, "message": sandbox.message_json(message)}


def post_ephemeral(sandbox: Sandbox, args: Arguments) -> Reply:
    said = content(args)
    with sandbox.store.writing() as workspace:
        channel = conversations.open_for_posts(sandbox, workspace, args.text("channel"))
        user = args.text("user")
        if user not in sandbox.users or (channel.user or user) != user:
            raise ApiError("user_not_in_channel")
        thread = _thread(workspace, channel.id, args.text("thread_ts"))
        message = conversations.add(workspace, _new(workspace, channel.id, said, thread_ts=thread, ephemeral_to=user))
        return {"ok": True, "message_ts": message.ts}


def update(sandbox: Sandbox, args: Arguments) -> Reply:
    """As Slack documents it: text alone removes the blocks and marks the message as edited, blocks do not mark it."""
    said = content(args)
    if len(said.text or "") > MAX_UPDATED_TEXT:
        raise ApiError("msg_too_long")
    with sandbox.store.writing() as workspace:
        channel = conversations.find(sandbox, workspace, args.text("channel"))
        if channel.id != args.text("channel"):
            raise ApiError("channel_not_found")
        conversations.open_for_posts(sandbox, workspace, channel.id)
        message = conversations.message_at(workspace, channel.id, args.text("ts"))
        if message is None or message.ephemeral_to:
            raise ApiError("message_not_found")
        if message.user != BOT_ID:
            raise ApiError("cant_update_message")
        replace(workspace, message, said)
        return {"ok": True, "channel": channel.id, "ts": message.ts, "text": message.text, "message": sandbox.message_json(message)}


def replace(workspace: Workspace, message: Message, said: Content) -> None:
    if said.text is not None:
        message.text = said.text
    if said.blocks is not None:
        message.blocks = said.blocks
    elif said.text is not None:
        message.blocks = []
        message.edited = Edited(user=BOT_ID, ts=conversations.next_ts(workspace))
    if said.attachments is not None:
        message.attachments = said.attachments
    if said.metadata is not None:
        message.metadata = said.metadata


def _new(workspace: Workspace, channel: str, said: Content, *, thread_ts: str | None, ephemeral_to: str | None = None) -> Message:
    return Message(
        ts=conversations.next_ts(workspace),
        channel=channel,
        user=BOT_ID,
        text=(said.text or "")[:TEXT_KEPT],
        blocks=said.blocks or [],
        attachments=said.attachments or [],
        metadata=said.metadata,
        thread_ts=thread_ts,
        ephemeral_to=ephemeral_to,
    )


def _thread(workspace: Workspace, channel: str, ts: str) -> str | None:
    if not ts:
        return None
    parent = conversations.message_at(workspace, channel, ts)
    if parent is None or parent.ephemeral_to:
        raise ApiError("thread_not_found")
    return parent.thread_ts or parent.ts
