"""The process: its file, its options, its doors."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.plugins.product import eventually
from tests.plugins.sandbox_slack import APPROVALS, SandboxSlack, start_sandbox_slack
from tests.sandbox_slack.parts import posted_with_buttons


def test_a_restart_finds_the_messages_again(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state.json"
    first = start_sandbox_slack(state)
    ts = posted_with_buttons(SandboxSlack(first.url).client())
    first.stop()

    second = start_sandbox_slack(state)
    messages = SandboxSlack(second.url).messages(APPROVALS)
    second.stop()

    assert [message["ts"] for message in messages] == [ts]
    assert messages[0]["blocks"][1]["elements"][0]["value"] == "42"


def test_a_killed_process_has_saved_before(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    running = start_sandbox_slack(state)
    SandboxSlack(running.url).client().chat_postMessage(channel=APPROVALS, text="x")
    eventually(lambda: state.exists() and json.loads(state.read_text())["messages"], "it was never saved", within=10)
    running.process.kill()
    running.process.wait(10)

    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_users_and_channels_come_from_files(tmp_path: Path) -> None:
    users, channels = tmp_path / "users.json", tmp_path / "channels.json"
    users.write_text(json.dumps([{"id": "U0ZOE", "name": "zoe", "real_name": "Zoe", "email": "zoe@example.com"}]))
    channels.write_text(json.dumps([{"id": "C0OPS", "name": "ops"}]))
    running = start_sandbox_slack(tmp_path / "state.json", "--users", str(users), "--channels", str(channels), "--rate-limit")
    client = SandboxSlack(running.url).client()
    found = client.users_lookupByEmail(email="zoe@example.com")["user"]
    listed = client.conversations_list()["channels"]
    limited = SandboxSlack(running.url)._post("configure", {})["rate_limit"]
    running.stop()

    assert (found["id"], found["team_id"]) == ("U0ZOE", "T0DEMO")
    assert [channel["name"] for channel in listed] == ["ops"]
    assert limited is True


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = ["--port", str(port), "--state", str(tmp_path / "state.json"), "--bot-token", "t", "--signing-secret", "s"]
        ended = subprocess.run([sys.executable, "-m", "notifications.sandbox", *options], capture_output=True, text=True, timeout=30)

    assert ended.returncode == 1
    assert ended.stderr == f"sandbox Slack: cannot listen on port {port}: Address already in use\n"


def test_another_web_site_cannot_click(sandbox_slack: SandboxSlack) -> None:
    foreign = httpx.post(f"{sandbox_slack.url}/sandbox/reset", json={}, headers={"Origin": "http://evil.example"})
    own = httpx.post(f"{sandbox_slack.url}/sandbox/reset", json={}, headers={"Origin": sandbox_slack.url})

    assert (foreign.status_code, own.status_code) == (403, 200)


@pytest.mark.parametrize("path", ["/nothing", "/../__main__.py", "/%2e%2e/server.py", "/sandbox/nothing", "/api", "/page.py"])
def test_only_the_page_is_served(sandbox_slack: SandboxSlack, path: str) -> None:
    assert httpx.get(f"{sandbox_slack.url}{path}").status_code == 404


def test_a_wish_that_is_misspelt_is_refused(sandbox_slack: SandboxSlack) -> None:
    with pytest.raises(ValueError, match="tiems"):
        sandbox_slack.fault("chat.update", tiems=2)
