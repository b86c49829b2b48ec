"""`/sandbox/...`: what tests and the page ask of the sandbox itself. Every body is a JSON object (faults: a list of them)."""

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, JsonValue, TypeAdapter, ValidationError

from notifications.sandbox import conversations, interactions
from notifications.sandbox.answers import Answer, as_json
from notifications.sandbox.errors import ApiError, ControlError
from notifications.sandbox.faults import Fault
from notifications.sandbox.interactions import Click, Interaction
from notifications.sandbox.methods import views
from notifications.sandbox.model import Channel, Message, User, Workspace
from notifications.sandbox.people import BOT_ID
from notifications.sandbox.sandbox import Sandbox

WAIT_FOR_NEWS_SECONDS = 20.0
MESSAGES_SHOWN = 200

Reply = dict[str, JsonValue]


class Configuration(BaseModel):
    model_config = ConfigDict(extra="forbid")

    interactions_url: str | None = None
    rate_limit: bool | None = None


class Advance(BaseModel):
    model_config = ConfigDict(extra="forbid")

    advance: float


class Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: str
    channel: str
    text: str


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(Annotated[list[Fault], BeforeValidator(_listed)])


def post(sandbox: Sandbox, name: str, body: bytes) -> Answer:
    return _answered(lambda: POSTS[name](sandbox, body) if name in POSTS else None)


def get(sandbox: Sandbox, name: str, query: Mapping[str, str]) -> Answer:
    return _answered(lambda: GETS[name](sandbox, query) if name in GETS else None)


def clear_faults(sandbox: Sandbox) -> Answer:
    sandbox.faults.clear()
    return as_json({"ok": True})


def _answered(act: Callable[[], JsonValue]) -> Answer:
    try:
        reply = act()
    except ValidationError as error:
        return as_json({"ok": False, "error": str(error)}, status=400)
    except (ControlError, ApiError) as error:
        return as_json({"ok": False, "error": str(error)}, status=400)
    return as_json(reply) if reply is not None else as_json({"ok": False, "error": "no such page"}, status=404)


def _click(sandbox: Sandbox, body: bytes) -> Reply:
    return interactions.click(sandbox, Click.model_validate_json(body))


def _submit(sandbox: Sandbox, body: bytes) -> Reply:
    return interactions.submit(sandbox, Interaction.model_validate_json(body))


def _close(sandbox: Sandbox, body: bytes) -> Reply:
    return interactions.close(sandbox, Interaction.model_validate_json(body))


def _add_faults(sandbox: Sandbox, body: bytes) -> Reply:
    sandbox.faults.add(FAULTS.validate_json(body))
    return {"ok": True}


def _configure(sandbox: Sandbox, body: bytes) -> Reply:
    wish = Configuration.model_validate_json(body)
    if wish.interactions_url is not None:
        sandbox.interactions_url = wish.interactions_url
    if wish.rate_limit is not None:
        sandbox.rate_limit.on = wish.rate_limit
    return {"ok": True, "interactions_url": sandbox.interactions_url, "rate_limit": sandbox.rate_limit.on}


def _advance(sandbox: Sandbox, body: bytes) -> Reply:
    sandbox.clock.advance(Advance.model_validate_json(body).advance)
    return {"ok": True}


def _set_channel(sandbox: Sandbox, body: bytes) -> Reply:
    """Make a channel, or change it: archive it, throw the app out of it."""
    channel = Channel.model_validate_json(body)
    with sandbox.store.writing() as workspace:
        workspace.channels[channel.id] = channel
    return {"ok": True}


def _say(sandbox: Sandbox, body: bytes) -> Reply:
    """A person writes something."""
    said = Said.model_validate_json(body)
    user = sandbox.person(said.user)
    with sandbox.store.writing() as workspace:
        channel = conversations.find(sandbox, workspace, said.channel)
        text = said.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        message = Message(ts=conversations.next_ts(workspace), channel=channel.id, user=user.id, text=text)
        conversations.add(workspace, message)
    return {"ok": True, "ts": message.ts}


def _reset(sandbox: Sandbox, body: bytes) -> Reply:  # noqa: ARG001 (as every other)
    sandbox.store.reset()
    sandbox.faults.clear()
    sandbox.calls.clear()
    sandbox.rate_limit.forget()
    return {"ok": True}


def _calls(sandbox: Sandbox, query: Mapping[str, str]) -> JsonValue:
    wanted = query.get("method")
    return [call.model_dump(mode="json") for call in list(sandbox.calls) if wanted in (None, call.method)]


def _faults(sandbox: Sandbox, query: Mapping[str, str]) -> JsonValue:  # noqa: ARG001 (as every other)
    return [fault.model_dump() for fault in sandbox.faults.waiting()]


def _messages(sandbox: Sandbox, query: Mapping[str, str]) -> JsonValue:
    """All messages of a channel, oldest first; with `user` those that this person can see."""
    user = sandbox.person(query["user"]) if query.get("user") else None
    with sandbox.store.reading() as workspace:
        channel = workspace.channels.get(query.get("channel", ""))
        return _shown(sandbox, workspace, channel, user) if channel else []


def _state(sandbox: Sandbox, query: Mapping[str, str]) -> JsonValue:
    """What the page shows to `user`; waits up to WAIT_FOR_NEWS_SECONDS for a version other than `since`."""
    user = sandbox.person(query.get("user", ""))
    since = query.get("since", "")
    if since.isdecimal():
        sandbox.store.wait_for_news(int(since), WAIT_FOR_NEWS_SECONDS)
    with sandbox.store.reading() as workspace:
        channel = workspace.channels.get(query.get("channel", ""))
        view = views.top(workspace, user.id)
        return {
            "version": workspace.version,
            "channels": _visible_channels(workspace, user),
            "messages": _shown(sandbox, workspace, channel, user)[-MESSAGES_SHOWN:] if channel else [],
            "view": sandbox.view_json(view) if view else None,
        }


def _people(sandbox: Sandbox, query: Mapping[str, str]) -> JsonValue:  # noqa: ARG001 (as every other)
    users: list[JsonValue] = [user.model_dump(mode="json") for user in sandbox.users.values()]
    return {"team": sandbox.team, "bot": BOT_ID, "users": users}


def _visible_channels(workspace: Workspace, user: User) -> list[JsonValue]:
    """Each with the time of its last message that the user can see, or an empty one."""
    shown: list[JsonValue] = []
    for channel in workspace.channels.values():
        if channel.user in (None, user.id):
            seen = [message.ts for message in workspace.messages.get(channel.id, []) if conversations.can_see(channel, message, user)]
            shown.append({**channel.model_dump(mode="json"), "latest": max(seen, default="")})
    return shown


def _shown(sandbox: Sandbox, workspace: Workspace, channel: Channel, user: User | None) -> list[JsonValue]:
    messages = workspace.messages.get(channel.id, [])
    visible = [message for message in messages if user is None or conversations.can_see(channel, message, user)]
    return [{**sandbox.message_json(message), "ephemeral_to": message.ephemeral_to} for message in visible]


POSTS: Mapping[str, Callable[[Sandbox, bytes], JsonValue]] = {
    "channels": _set_channel,
    "click": _click,
    "clock": _advance,
    "close": _close,
    "configure": _configure,
    "faults": _add_faults,
    "reset": _reset,
    "say": _say,
    "submit": _submit,
}
GETS: Mapping[str, Callable[[Sandbox, Mapping[str, str]], JsonValue]] = {
    "calls": _calls,
    "faults": _faults,
    "messages": _messages,
    "people": _people,
    "state": _state,
}
