"""Finding channels and direct messages, and putting messages into them."""

import re
import time

from notifications.sandbox.errors import ApiError
from notifications.sandbox.model import Channel, Message, User, Workspace
from notifications.sandbox.people import BOT_ID
from notifications.sandbox.sandbox import Sandbox

# A channel that nobody listed comes into being when an id of this form is used, so that the demo needs no set-up.
MADE_ON_DEMAND = re.compile(r"C0[A-Z0-9]+")


def direct(workspace: Workspace, user: User) -> Channel:
    """The direct messages between the app and this user."""
    channel = Channel(id=f"D{user.id[1:]}", name="directmessage", is_im=True, user=user.id)
    return workspace.channels.setdefault(channel.id, channel)


def find(sandbox: Sandbox, workspace: Workspace, name: str) -> Channel:
    """A conversation by id, by `#name`, or by the id of a user. Raises ApiError `channel_not_found`."""
    if name in workspace.channels:
        return workspace.channels[name]
    if (user := sandbox.users.get(name)) and not user.is_bot:
        return direct(workspace, user)
    if MADE_ON_DEMAND.fullmatch(name):
        return workspace.channels.setdefault(name, Channel(id=name, name=name.removeprefix("C0").lower()))
    for channel in workspace.channels.values():
        if name.removeprefix("#") == channel.name and not channel.is_im:
            return channel
    raise ApiError("channel_not_found")


def open_for_posts(sandbox: Sandbox, workspace: Workspace, name: str) -> Channel:
    """Raises ApiError `channel_not_found`, `is_archived` or `not_in_channel`."""
    channel = find(sandbox, workspace, name)
    if channel.is_archived:
        raise ApiError("is_archived")
    if not channel.is_member:
        raise ApiError("not_in_channel")
    return channel


def next_ts(workspace: Workspace) -> str:
    """A message's timestamp, which is also its key: microseconds, never the same twice."""
    workspace.last_ts = max(time.time_ns() // 1000, workspace.last_ts + 1)
    seconds, micros = divmod(workspace.last_ts, 1_000_000)
    return f"{seconds}.{micros:06d}"


def add(workspace: Workspace, message: Message) -> Message:
    workspace.messages.setdefault(message.channel, []).append(message)
    return message


def message_at(workspace: Workspace, channel: str, ts: str) -> Message | None:
    return next((message for message in workspace.messages.get(channel, []) if message.ts == ts), None)


def can_see(channel: Channel, message: Message, user: User) -> bool:
    """Direct messages and ephemeral messages are for one person, everything else for all."""
    return user.id in {channel.user or user.id, BOT_ID} and user.id == (message.ephemeral_to or user.id)
