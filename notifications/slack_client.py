"""The only module that knows slack_sdk: the calls that we make, typed, and what their errors mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException

from django.conf import settings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web import SlackResponse

Json = Mapping[str, object]

TIMEOUT_SECONDS = 5
"""Of one call made by a worker."""
QUICK_SECONDS = 2
"""Of one call while a person waits: a trigger id lives three seconds."""

GONE = frozenset(
    {
        "account_inactive",
        "cannot_dm_bot",
        "cant_update_message",
        "channel_is_archived",
        "channel_not_found",
        "edit_window_closed",
        "is_archived",
        "is_inactive",
        "message_not_found",
        "not_in_channel",
        "restricted_action",
        "user_disabled",
        "user_not_found",
        "user_not_in_channel",
    }
)
TOO_LONG = frozenset({"invalid_blocks", "msg_blocks_too_long", "msg_too_long"})
TEMPORARY = frozenset({"fatal_error", "internal_error", "ratelimited", "rate_limited", "request_timeout", "service_unavailable"})


class SlackError(Exception):
    """A call to Slack that did not work; `code` is Slack's own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Temporary(SlackError):
    """Slack is busy, slow or away; `retry_after` are the seconds that it asked for, if it did."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class Permanent(SlackError):
    """The same call will not work later."""


class Gone(Permanent):
    """The message, or the place where it should be, is not there any more, or not for us."""


class TooLong(Permanent):
    """Slack counts otherwise than we do: the blocks do not fit."""


@dataclass(frozen=True)
class Posted:
    """Where a message is; `channel` is a conversation's id even where it was sent to a user."""

    channel: str
    ts: str


@dataclass(frozen=True)
class Profile:
    """What Slack says of one of its users. `guest`: somebody from outside, or with a part of the workspace only."""

    user_id: str
    name: str
    real_name: str
    email: str
    guest: bool
    bot: bool


def post(recipient: str, text: str, blocks: Sequence[Json]) -> Posted:
    """Send a message to a channel or a user. Raises Gone, TooLong, Permanent, Temporary."""
    answer = _call(TIMEOUT_SECONDS, "chat.postMessage", {"channel": recipient, "text": text, "blocks": list(blocks), "unfurl_links": False})
    return Posted(str(answer["channel"]), str(answer["ts"]))


def update(at: Posted, text: str, blocks: Sequence[Json]) -> None:
    """Raises Gone, TooLong, Permanent, Temporary."""
    _call(TIMEOUT_SECONDS, "chat.update", {"channel": at.channel, "ts": at.ts, "text": text, "blocks": list(blocks)})


def say(user: str, text: str) -> None:
    """A direct message of a few words. Raises SlackError."""
    _call(TIMEOUT_SECONDS, "chat.postMessage", {"channel": user, "text": text})


def whisper(channel: str, user: str, text: str, blocks: Sequence[Json] = ()) -> None:
    """An ephemeral message that this user alone sees; without blocks it is the text. Raises SlackError."""
    shown = {"blocks": list(blocks)} if blocks else {}
    _call(TIMEOUT_SECONDS, "chat.postEphemeral", {"channel": channel, "user": user, "text": text, **shown})


def open_modal(trigger_id: str, view: Json) -> None:
    """Raises SlackError: the trigger lives three seconds and once."""
    _call(QUICK_SECONDS, "views.open", {"trigger_id": trigger_id, "view": view})


def profile(user_id: str) -> Profile:
    """Raises Gone when there is no such user, Permanent, Temporary."""
    answer = _call(QUICK_SECONDS, "users.info", {"user": user_id})
    user: Json = answer["user"]
    about = user.get("profile")
    about = about if isinstance(about, Mapping) else {}
    guest = any(user.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_stranger"))
    return Profile(
        user_id=str(user["id"]),
        name=str(user.get("name", "")),
        real_name=str(user.get("real_name") or about.get("real_name") or ""),
        email=str(about.get("email", "")),
        guest=guest or str(user.get("team_id", "")) != settings.SLACK_TEAM_ID,
        bot=bool(user.get("is_bot")),
    )


def is_signed(body: bytes, *, timestamp: str | None, signature: str | None) -> bool:
    """Whether Slack sent exactly these bytes within the last five minutes."""
    if not settings.SLACK_SIGNING_SECRET:
        return False
    try:
        return SignatureVerifier(settings.SLACK_SIGNING_SECRET).is_valid(body, timestamp, signature)
    except (ValueError, TypeError):  # a timestamp that is no number, a body that is no UTF-8, a signature that is no ASCII
        return False


@cache
def _client(token: str, url: str, timeout: int) -> WebClient:
    return WebClient(token, base_url=url, timeout=timeout, retry_handlers=[])


def _call(timeout: int, method: str, arguments: Json) -> SlackResponse:
    """Form encoded where it must be: the methods that read do not take JSON."""
    client = _client(settings.SLACK_BOT_TOKEN, settings.SLACK_API_URL, timeout)
    try:
        if method == "users.info":
            return client.api_call(method, params=dict(arguments))
        return client.api_call(method, json=dict(arguments))
    except SlackApiError as error:
        raise _meaning(error.response) from error
    except (OSError, HTTPException) as error:
        raise Temporary(type(error).__name__) from error


def _meaning(response: SlackResponse) -> SlackError:
    code = str(response.get("error") or response.status_code)[:80]
    if response.status_code == 429 or response.status_code >= 500 or code in TEMPORARY:
        return Temporary(code, _retry_after(response.headers))
    if code in GONE:
        return Gone(code)
    return TooLong(code) if code in TOO_LONG else Permanent(code)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(value) if value.isdecimal() else None
