"""The one object that everything else works on."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from notifications.sandbox.clock import Clock
from notifications.sandbox.errors import ApiError, ControlError
from notifications.sandbox.faults import Call, Faults, RateLimit
from notifications.sandbox.model import Message, User, View
from notifications.sandbox.people import APP_ID, BOT_ID, BOT_PROFILE_ID
from notifications.sandbox.store import Store
from notifications.sandbox.triggers import Triggers

CALLS_KEPT = 10_000


@dataclass
class Sandbox:
    """`address` is our own `http://host:port`, `interactions_url` where the app listens (empty: nowhere yet)."""

    address: str
    team: str
    bot_token: str
    signing_secret: str
    interactions_url: str
    users: Mapping[str, User]
    store: Store
    clock: Clock
    triggers: Triggers
    rate_limit: RateLimit
    faults: Faults = field(default_factory=Faults)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))

    def user(self, user_id: str) -> User:
        """Raises ApiError `user_not_found`."""
        if user_id not in self.users:
            raise ApiError("user_not_found")
        return self.users[user_id]

    def person(self, name_or_id: str) -> User:
        """Raises ControlError."""
        for user in self.users.values():
            if name_or_id in {user.id, user.name}:
                return user
        raise ControlError(f"nobody is called {name_or_id!r}")

    def message_json(self, message: Message) -> dict[str, JsonValue]:
        """A message as the Web API and the payloads show it."""
        by_the_app = message.user == BOT_ID
        said: dict[str, JsonValue] = message.model_dump(mode="json", exclude_none=True, exclude={"channel", "ephemeral_to"})
        if not message.attachments:
            del said["attachments"]
        app: dict[str, JsonValue] = {"bot_id": BOT_PROFILE_ID, "app_id": APP_ID} if by_the_app else {}
        return {"type": "message", "team": self.team, **app, **said}

    def view_json(self, view: View, values: Mapping[str, JsonValue] | None = None) -> dict[str, JsonValue]:
        """A modal as the Web API and the payloads show it, with what was filled in."""
        shown: dict[str, JsonValue] = view.layout.model_dump(mode="json", exclude_none=True)
        return {
            **shown,
            "id": view.id,
            "team_id": self.team,
            "state": {"values": dict(values or {})},
            "hash": view.hash,
            "title": view.layout.title.model_dump(),
            "submit": view.layout.submit.model_dump() if view.layout.submit else None,
            "close": view.layout.close.model_dump() if view.layout.close else None,
            "previous_view_id": view.previous_view_id,
            "root_view_id": view.root_view_id,
            "app_id": APP_ID,
            "app_installed_team_id": self.team,
            "bot_id": BOT_PROFILE_ID,
        }
