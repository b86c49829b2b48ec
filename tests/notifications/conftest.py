"""The product over HTTP beside the sandbox Slack: people click there, workers are played by the test."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from approvals.models import Decision
from audit.actor import Actor
from autonomy.models import ActionRequest
from notifications import courier
from notifications.services.link import link
from tests.plugins.sandbox_slack import APPROVALS, TEAM, Json, SandboxSlack
from tests.plugins.slack_door import slack_user
from tests.plugins.world import World


@dataclass(frozen=True)
class Slack:
    """What people see and do; `world` has its workers, `sandbox` its faults."""

    world: World
    sandbox: SandboxSlack

    def asked(self, who: str = "alice", **more: Any) -> ActionRequest:
        """A Level 3 request that waits, shown in the channel."""
        request = self.world.waiting(self.world[who], **more)
        self.sandbox.clear_faults()
        return request

    def message(self, channel: str = APPROVALS) -> Json:
        """The only message that everybody in the channel sees."""
        (message,) = [message for message in self.sandbox.messages(channel) if not message["ephemeral_to"]]
        return message

    def click(self, user: str, action_id: str, message: Json | None = None, channel: str = APPROVALS, **more: Any) -> Json:
        """A click on the message, and all that follows from it in Slack."""
        ts = (message or self.message(channel))["ts"]
        answer = self.sandbox.click(user, action_id, channel=channel, ts=ts, **more)
        assert courier.settled(20)
        return answer

    def submit(self, user: str, **values: str) -> Json:
        answer = self.sandbox.submit(user, values)
        assert courier.settled(20)
        return answer

    def whispers(self, user: str, channel: str = APPROVALS) -> list[str]:
        """What this person alone sees in the channel."""
        return [message["text"] for message in self.sandbox.messages(channel, user) if message["ephemeral_to"]]

    def told(self, user: str) -> list[str]:
        """The direct messages of the app to this person."""
        return [message["text"] for message in self.sandbox.messages(f"D0{user.upper()}")]


@pytest.fixture
def slack(committed_world: World, slack_settings: SandboxSlack, admin_server: str, settings: Any) -> Iterator[Slack]:
    """Everybody is linked to her Slack user."""
    settings.BASE_URL = admin_server
    slack_settings.configure(interactions_url=f"{admin_server}/api/v1/slack/interactions/")
    for person in committed_world.people.values():
        if person.account.kind == "person":
            link(person.account, TEAM, slack_user(person), actor=Actor.command("test"))
    yield Slack(committed_world, slack_settings)
    assert courier.settled(20)


def words_of(message: Json) -> str:
    """Everything that the message says."""
    parts: list[str] = [message["text"]]
    for block in message["blocks"]:
        texts = [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
        parts += [text["text"] for text in texts if text and isinstance(text.get("text"), str)]
    return "\n".join(parts)


def buttons_of(message: Json) -> list[str]:
    return [element["action_id"] for block in message["blocks"] if block["type"] == "actions" for element in block["elements"]]


def votes_of(request: ActionRequest) -> list[tuple[str, str, str]]:
    """Who said what through which door."""
    return list(Decision.objects.filter(review__request=request).order_by("at").values_list("name", "verdict", "door"))
