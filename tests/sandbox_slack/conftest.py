"""An app for the sandbox to talk to: a small HTTP server in the test's own process."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk import WebClient

from tests.plugins.sandbox_slack import Json, SandboxSlack

Answer = tuple[int, str]


@dataclass
class App:
    """Keeps what it received; `answers` decides what it says (nothing: an empty 200)."""

    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: Callable[[Json], Answer] = lambda _: (200, "")

    @property
    def payloads(self) -> list[Json]:
        return [payload_of(body) for _, body in self.requests]

    def say(self, value: Any) -> None:
        self.answers = lambda _: (200, json.dumps(value))


def payload_of(body: bytes) -> Json:
    payload: Json = json.loads(parse_qs(body.decode())["payload"][0])
    return payload


@pytest.fixture
def app(sandbox_slack: SandboxSlack) -> Iterator[App]:
    app = App()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            app.requests.append((dict(self.headers), body))
            status, text = app.answers(payload_of(body))
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A sandbox that did not wait for the answer is no news."""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        app.url = f"http://127.0.0.1:{server.server_port}/interactions?from=slack"
        sandbox_slack.configure(interactions_url=app.url)
        yield app
        server.shutdown()


@pytest.fixture
def client(sandbox_slack: SandboxSlack) -> WebClient:
    return sandbox_slack.client()
