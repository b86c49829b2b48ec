"""What Slack sends, as far as we read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError, field_validator

from notifications.card import PREFIX
from notifications.errors import BadPayload


class Part(BaseModel):
    """Slack sends more than we read, and never NUL characters, which PostgreSQL cannot store."""

    @field_validator("*")
    @classmethod
    def _has_no_nul(cls, value: object) -> object:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("holds a NUL character")
        return value


class User(Part):
    id: str = Field(min_length=1, max_length=32)
    team_id: str = ""


class Team(Part):
    id: str


class Channel(Part):
    id: str = ""


class Container(Part):
    channel_id: str = ""


class Action(Part):
    action_id: str
    action_ts: str = Field(default="", max_length=32)
    value: str = Field(default="", max_length=255)


class Entry(Part):
    value: str | None = None


class State(Part):
    values: Mapping[str, Mapping[str, Entry]] = {}


class View(Part):
    callback_id: str = ""
    private_metadata: str = ""
    state: State = State()

    def filled_in(self, name: str) -> str:
        """What was typed into the field of this name."""
        entry = self.state.values.get(name, {}).get(name)
        return (entry.value if entry else None) or ""


class Interaction(Part):
    type: str
    user: User
    team: Team | None = None
    trigger_id: str = ""
    channel: Channel = Channel()
    container: Container = Container()
    actions: list[Action] = []
    view: View = View()

    @property
    def place(self) -> str:
        """The conversation where it happened; empty in a modal."""
        return self.channel.id or self.container.channel_id

    def is_of(self, team_id: str) -> bool:
        """Whether both the place and the person are of this workspace: shared channels have people of others."""
        team = self.team.id if self.team else ""
        return {team or team_id, self.user.team_id or team_id} == {team_id} and bool(team or self.user.team_id)


@dataclass(frozen=True)
class Seen:
    """What a button carried: the request, and the beginning of the digest of the plan that was shown."""

    request_id: UUID
    prefix: str


def parse(body: bytes) -> Interaction:
    """Raises BadPayload."""
    try:
        (payload,) = parse_qs(body.decode(), strict_parsing=True, max_num_fields=10)["payload"]
        return Interaction.model_validate_json(payload)
    except (ValueError, KeyError) as error:
        where = error.errors(include_url=False, include_input=False)[0]["loc"] if isinstance(error, ValidationError) else ()
        raise BadPayload("It cannot be read" + (f" at {'.'.join(map(str, where))}." if where else ".")) from error


def seen(value: str) -> Seen | None:
    """None for what no button of ours carries."""
    name, _, prefix = value.partition(":")
    try:
        return Seen(UUID(name), prefix) if len(prefix) == PREFIX else None
    except ValueError:
        return None
