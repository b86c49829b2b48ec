"""auth.test, users.* and conversations.*"""

import base64

from pydantic import JsonValue

from notifications.sandbox import conversations
from notifications.sandbox.arguments import Arguments
from notifications.sandbox.errors import ApiError
from notifications.sandbox.methods.chat import Reply
from notifications.sandbox.model import Channel, User
from notifications.sandbox.people import BOT_ID, BOT_PROFILE_ID
from notifications.sandbox.sandbox import Sandbox

LARGEST_PAGE = 1000


def auth_test(sandbox: Sandbox, args: Arguments) -> Reply:  # noqa: ARG001 (every method has these two)
    return {
        "ok": True,
        "url": f"{sandbox.address}/",
        "team": "Sandbox",
        "user": sandbox.users[BOT_ID].name,
        "team_id": sandbox.team,
        "user_id": BOT_ID,
        "bot_id": BOT_PROFILE_ID,
        "is_enterprise_install": False,
    }


def users_info(sandbox: Sandbox, args: Arguments) -> Reply:
    return {"ok": True, "user": _user_json(sandbox, sandbox.user(args.text("user")))}


def users_lookup_by_email(sandbox: Sandbox, args: Arguments) -> Reply:
    email = args.text("email").lower()
    for user in sandbox.users.values():
        if email and user.email.lower() == email and user.team_id == sandbox.team and not user.deleted:
            return {"ok": True, "user": _user_json(sandbox, user)}
    raise ApiError("users_not_found")


def conversations_open(sandbox: Sandbox, args: Arguments) -> Reply:
    """Direct messages with one person; several people would need the scope mpim:write, which the product does not ask for."""
    names = [name for name in args.text("users").split(",") if name]
    if len(names) > 1:
        raise ApiError("missing_scope")
    with sandbox.store.writing() as workspace:
        if "channel" in args:
            channel = conversations.find(sandbox, workspace, args.text("channel"))
        elif names:
            channel = conversations.direct(workspace, _partner(sandbox, names[0]))
        else:
            raise ApiError("users_list_not_supplied")
        whole = args.flag("return_im")
        return {"ok": True, "channel": _channel_json(sandbox, channel) if whole else {"id": channel.id}}


def conversations_info(sandbox: Sandbox, args: Arguments) -> Reply:
    with sandbox.store.reading() as workspace:
        if args.text("channel") not in workspace.channels:
            raise ApiError("channel_not_found")
        return {"ok": True, "channel": _channel_json(sandbox, workspace.channels[args.text("channel")])}


def conversations_list(sandbox: Sandbox, args: Arguments) -> Reply:
    types = set((args.text("types") or "public_channel").split(","))
    with sandbox.store.reading() as workspace:
        wanted = [channel for channel in workspace.channels.values() if _type(channel) in types]
    if args.flag("exclude_archived"):
        wanted = [channel for channel in wanted if not channel.is_archived]
    start, size = _decoded(args.text("cursor")), _page_size(args.text("limit"))
    page: list[JsonValue] = [_channel_json(sandbox, channel) for channel in wanted[start : start + size]]
    following = _encoded(start + size) if start + size < len(wanted) else ""
    return {"ok": True, "channels": page, "response_metadata": {"next_cursor": following}}


def _partner(sandbox: Sandbox, user_id: str) -> User:
    user = sandbox.user(user_id)
    if user.is_bot or user.deleted:
        raise ApiError("cannot_dm_bot" if user.is_bot else "user_disabled")
    return user


def _type(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _page_size(limit: str) -> int:
    if not limit:
        return LARGEST_PAGE
    if not limit.isdecimal() or not 1 <= int(limit) <= LARGEST_PAGE:
        raise ApiError("invalid_limit")
    return int(limit)


def _encoded(start: int) -> str:
    return base64.b64encode(f"from:{start}".encode()).decode()


def _decoded(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("from:"))
    except ValueError as error:
        raise ApiError("invalid_cursor") from error


def _channel_json(sandbox: Sandbox, channel: Channel) -> Reply:
    if channel.is_im:
        return {"id": channel.id, "is_im": True, "user": channel.user, "is_archived": False, "context_team_id": sandbox.team}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": channel.is_member,
        "is_general": False,
        "context_team_id": sandbox.team,
    }


def _user_json(sandbox: Sandbox, user: User) -> Reply:
    shown: Reply = user.model_dump(exclude={"email"})
    profile: Reply = {"real_name": user.real_name, "display_name": user.name, "team": user.team_id}
    if user.email:
        profile["email"] = user.email
    stranger: Reply = {"is_stranger": True} if user.team_id != sandbox.team else {}
    return {**shown, **stranger, "tz": "Etc/UTC", "is_admin": False, "is_owner": False, "is_app_user": False, "profile": profile}
