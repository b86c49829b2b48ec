"""The sandbox Slack as a process: one for the test run, emptied for each test that asks for `sandbox_slack`."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from slack_sdk import WebClient

BOT_TOKEN = "xoxb-sandbox-token"
SIGNING_SECRET = "sandbox-signing-secret"
TEAM = "T0DEMO"
APPROVALS = "C0APPROVALS"

Json = dict[str, Any]


@dataclass(frozen=True)
class SandboxSlack:
    """What people and the surroundings do to it; the product itself talks to `api_url` as it would to Slack's."""

    url: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=60))

    @property
    def api_url(self) -> str:
        """For `WebClient(base_url=...)`, it ends in a slash."""
        return f"{self.url}/api/"

    def client(self, token: str = BOT_TOKEN) -> WebClient:
        return WebClient(token, base_url=self.api_url, timeout=10)

    def configure(self, *, interactions_url: str | None = None, rate_limit: bool | None = None) -> None:
        wishes = {"interactions_url": interactions_url, "rate_limit": rate_limit}
        self._post("configure", {name: value for name, value in wishes.items() if value is not None})

    def messages(self, channel: str = APPROVALS, user: str = "") -> list[Json]:
        """All messages of a channel, oldest first; with `user` those that this person can see."""
        return self._get("messages", channel=channel, user=user)

    def open_view(self, user: str) -> Json | None:
        """The modal that this person has in front of her."""
        answer = self.http.get(f"{self.url}/sandbox/state", params={"user": user})
        answer.raise_for_status()
        view: Json | None = answer.json()["view"]
        return view

    def click(self, user: str, action_id: str, **more: Any) -> Json:
        """A click in a message (`channel`, `ts`) or modal (`view_id`); more: `value`, `times`, `concurrent`, `age`, `team`, `values`.

        The answer: `status` (None: none in 3 s), `seconds`, `body`, `error`, `deliveries` (one each of `times`) and the `payload`.
        """
        return self._post("click", {"user": user, "action_id": action_id, **more})

    def submit(self, user: str, values: Mapping[str, str | None], **more: Any) -> Json:
        """Submit the modal on top (or `view_id`); `values` by block id or action id. As `click`, and `errors` by block id, `trouble`."""
        return self._post("submit", {"user": user, "values": dict(values), **more})

    def close(self, user: str, **more: Any) -> Json:
        return self._post("close", {"user": user, **more})

    def say(self, user: str, text: str, channel: str = APPROVALS) -> str:
        """A person writes; the message's ts."""
        ts: str = self._post("say", {"user": user, "text": text, "channel": channel})["ts"]
        return ts

    def channel(self, channel_id: str, name: str, **more: bool) -> None:
        """Make or change a channel: `is_archived`, `is_member`, `is_private`."""
        self._post("channels", {"id": channel_id, "name": name, **more})

    def calls(self, method: str = "") -> list[Json]:
        """Web API calls received, oldest first: `method`, `body`, `at`, `status`, `error`."""
        return self._get("calls", **({"method": method} if method else {}))

    def fault(self, method: str, **what: Any) -> None:
        """`times`, `status`, `error`, `retry_after`, `delay`, `applied`; without `times` until `clear_faults` or `reset`."""
        self._post("faults", [{"method": method, **what}])

    def clear_faults(self) -> None:
        self.http.delete(f"{self.url}/sandbox/faults").raise_for_status()

    def advance(self, seconds: float) -> None:
        """Trigger ids, response URLs and the rate limit grow older by so much."""
        self._post("clock", {"advance": seconds})

    def reset(self) -> None:
        self._post("reset", {})

    def _get(self, name: str, **query: str) -> list[Json]:
        answer = self.http.get(f"{self.url}/sandbox/{name}", params=query)
        answer.raise_for_status()
        rows: list[Json] = answer.json()
        return rows

    def _post(self, name: str, body: Json | list[Json]) -> Json:
        answer = self.http.post(f"{self.url}/sandbox/{name}", json=body)
        if answer.status_code == 400:
            raise ValueError(answer.json()["error"])
        answer.raise_for_status()
        reply: Json = answer.json()
        return reply


@dataclass(frozen=True)
class SandboxProcess:
    process: subprocess.Popen[str]
    url: str

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def start_sandbox_slack(state: Path, *options: str, port: int = 0) -> SandboxProcess:
    """A process of one's own; the caller stops it."""
    secrets: Sequence[str] = ("--bot-token", BOT_TOKEN, "--signing-secret", SIGNING_SECRET, "--team", TEAM)
    command = [sys.executable, "-m", "notifications.sandbox", "--port", str(port), "--state", str(state), *secrets, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first_line = process.stdout.readline()
    assert urlsplit(first_line.split()[-1]).port, first_line
    return SandboxProcess(process, first_line.split()[-1])


@pytest.fixture(scope="session")
def running_sandbox_slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxSlack]:
    running = start_sandbox_slack(tmp_path_factory.mktemp("slack") / "state.json")
    sandbox = SandboxSlack(running.url)
    yield sandbox
    sandbox.http.close()
    running.stop()


@pytest.fixture
def sandbox_slack(running_sandbox_slack: SandboxSlack) -> SandboxSlack:
    """Empty, without faults, with the channels #approvals, #payments and #security; interactions go nowhere until `configure`."""
    running_sandbox_slack.reset()
    running_sandbox_slack.configure(interactions_url="", rate_limit=False)
    return running_sandbox_slack
