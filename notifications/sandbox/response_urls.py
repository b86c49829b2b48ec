"""Response URLs: an app answers to a click without a token, five times within half an hour."""

from notifications.sandbox import conversations
from notifications.sandbox.answers import Answer, as_json, as_text
from notifications.sandbox.arguments import Arguments
from notifications.sandbox.errors import ApiError
from notifications.sandbox.methods.chat import Content, content, replace
from notifications.sandbox.model import Message, ResponseUrl, Workspace
from notifications.sandbox.payloads import response_path
from notifications.sandbox.people import BOT_ID
from notifications.sandbox.sandbox import Sandbox

LIFETIME_SECONDS = 30 * 60
MAX_USES = 5


def issue(sandbox: Sandbox, workspace: Workspace, user: str, message: Message) -> str:
    path = response_path(sandbox.team)
    expires = sandbox.clock.now() + LIFETIME_SECONDS
    workspace.response_urls[path] = ResponseUrl(user=user, channel=message.channel, message_ts=message.ts, expires=expires)
    return f"{sandbox.address}{path}"


def use(sandbox: Sandbox, path: str, args: Arguments) -> Answer:
    """404 with `used_url` or `expired_url` when it is no longer good, 400 with Slack's error when the content is wrong."""
    with sandbox.store.writing() as workspace:
        url = workspace.response_urls.get(path)
        if url is None or url.uses >= MAX_USES:
            return as_json({"ok": False, "error": "used_url"}, status=404)
        if sandbox.clock.now() > url.expires:
            return as_json({"ok": False, "error": "expired_url"}, status=404)
        try:
            _respond(workspace, url, args)
        except ApiError as error:
            return as_json(error.body(), status=400)
        url.uses += 1
        return as_text("ok")


def _respond(workspace: Workspace, url: ResponseUrl, args: Arguments) -> None:
    original = conversations.message_at(workspace, url.channel, url.message_ts)
    if args.flag("delete_original"):
        if original:
            workspace.messages[url.channel].remove(original)
        return
    said = content(args)
    if args.flag("replace_original") and original:
        replace(workspace, original, said)
    else:
        conversations.add(workspace, _new(workspace, url, said, in_channel=args.text("response_type") == "in_channel"))


def _new(workspace: Workspace, url: ResponseUrl, said: Content, *, in_channel: bool) -> Message:
    return Message(
        ts=conversations.next_ts(workspace),
        channel=url.channel,
        user=BOT_ID,
        text=said.text or "",
        blocks=said.blocks or [],
        attachments=said.attachments or [],
        ephemeral_to=None if in_channel else url.user,
    )
