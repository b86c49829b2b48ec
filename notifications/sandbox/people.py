"""Who is in the workspace and which channels it has, unless files say otherwise."""

from pathlib import Path

from pydantic import TypeAdapter

from notifications.sandbox.model import Channel, User

BOT_ID = "U0BOT"
BOT_PROFILE_ID = "B0BOT"
APP_ID = "A0DEMO"
OTHER_TEAM = "T0OTHER"


def _person(name: str, *, restricted: bool = False, team: str = "") -> User:
    return User(
        id=f"U0{name.upper()}",
        name=name,
        real_name=name.capitalize(),
        email=f"{name}@example.com",
        is_restricted=restricted,
        team_id=team,
    )


DEFAULT_USERS = [
    *(_person(name) for name in ("alice", "bob", "carol", "dave", "erin", "frank", "gina")),
    _person("guest", restricted=True),
    _person("mallory"),
    _person("stranger", team=OTHER_TEAM),
    User(id=BOT_ID, name="autonomy", real_name="Autonomy", email="", is_bot=True),
]
DEFAULT_CHANNELS = [
    Channel(id="C0APPROVALS", name="approvals"),
    Channel(id="C0PAYMENTS", name="payments"),
    Channel(id="C0SECURITY", name="security"),
]


def users(file: Path | None, team: str) -> dict[str, User]:
    """All users by id; who names no team belongs to `team`. The file is a JSON list of users, the bot U0BOT is added if absent."""
    known = TypeAdapter(list[User]).validate_json(file.read_bytes()) if file else DEFAULT_USERS
    everybody = {user.id: user for user in (DEFAULT_USERS[-1], *known)}
    return {user.id: user.model_copy(update={"team_id": user.team_id or team}) for user in everybody.values()}


def channels(file: Path | None) -> list[Channel]:
    """The channels to start with; the file is a JSON list of channels."""
    return TypeAdapter(list[Channel]).validate_json(file.read_bytes()) if file else DEFAULT_CHANNELS
