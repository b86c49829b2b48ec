"""Case 16: there are no outgoing webhooks yet, and nothing that anybody sends names an address that the product then calls."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from notifications import courier
from tests.plugins.sandbox_slack import SandboxSlack
from tests.plugins.slack_door import post_signed, value_of
from tests.plugins.world import Person, World


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address of somebody who wants to be called, and what was sent there."""
    heard: list[str] = []

    class Hears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_GET = do_POST  # noqa: N815 as http.server calls it

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hears)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/latest/meta-data/", heard
    server.shutdown()
    server.server_close()


def test_no_address_in_a_payload_is_called(
    world: World, alice: Person, slack_settings: SandboxSlack, listener: tuple[str, list[str]]
) -> None:
    """The product calls its clusters and Slack's API, whose addresses are configured, and nobody else."""
    address, heard = listener
    request = world.waiting(alice)
    click = {"action_id": "approve", "value": value_of(request), "action_ts": "1.1", "url": address}
    payload = {"type": "block_actions", "user": {"id": "U0NOBODY"}, "team": {"id": "T0DEMO"}, "actions": [click]}
    more = {"response_url": address, "response_urls": [{"response_url": address}], "channel": {"id": "C0APPROVALS"}, "api_url": address}

    assert post_signed({**payload, **more})[0] == 200
    assert courier.settled(10)
    assert heard == []
    assert json.dumps(slack_settings.calls("chat.postEphemeral")).count(address) == 0
