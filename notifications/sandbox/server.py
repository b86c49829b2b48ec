"""HTTP: which address goes where."""

import http.server
import logging
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from notifications.sandbox import arguments, control, response_urls, web_api
from notifications.sandbox.answers import Answer, as_json, as_text
from notifications.sandbox.errors import ApiError
from notifications.sandbox.sandbox import Sandbox

log = logging.getLogger(__name__)

PAGE = Path(__file__).parent / "page"
CONTENT_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PAGE_POLICY = "default-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
LARGEST_BODY = 4 * 1024 * 1024


class Server(http.server.ThreadingHTTPServer):
    """On loopback only. `sandbox` is set once the port is known."""

    daemon_threads = True
    request_queue_size = 128
    sandbox: Sandbox

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """A client that hung up (a test of time-outs, a closed page) is no news."""
        log.debug("a connection ended early", exc_info=True)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        log.debug(format, *args)

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            return self._send(as_text("too large", status=413))
        try:
            answer = self._route(self.rfile.read(length))
        except Exception:
            log.exception("%s %s failed", self.command, self.path)
            answer = as_json({"ok": False, "error": "fatal_error"}, status=500)
        return self._send(answer)

    def _route(self, body: bytes) -> Answer:
        place = urlsplit(self.path)
        match place.path.split("/")[1:]:
            case ["api", method]:
                return self._web_api(method, place.query, body)
            case ["response", *_] if self.command == "POST":
                return self._response_url(place.path, body)
            case ["sandbox", name]:
                return self._control(name, place.query, body)
            case [name] if self.command == "GET":
                return _page(name or "index.html")
            case _:
                return as_text("not found", status=404)

    def _web_api(self, method: str, query: str, body: bytes) -> Answer:
        content_type = self.headers.get("Content-Type", "")
        return web_api.call(
            self.server.sandbox,
            method,
            lambda: arguments.parsed(query, body, content_type),
            self.headers.get("Authorization", ""),
        )

    def _response_url(self, path: str, body: bytes) -> Answer:
        sandbox = self.server.sandbox
        try:
            args = arguments.parsed("", body, self.headers.get("Content-Type", ""))
        except ApiError as error:
            return as_json(error.body(), status=400)
        return web_api.with_faults(sandbox.faults.take("response_url"), lambda: response_urls.use(sandbox, path, args))

    def _control(self, name: str, query: str, body: bytes) -> Answer:
        # Another web site, open in the same browser, must not click here.
        if (origin := self.headers.get("Origin")) and urlsplit(origin).netloc != self.headers.get("Host"):
            return as_text("only the sandbox's own page may do this", status=403)
        match self.command, name:
            case "GET", _:
                return control.get(self.server.sandbox, name, dict(parse_qsl(query)))
            case "POST", _:
                return control.post(self.server.sandbox, name, body)
            case "DELETE", "faults":
                return control.clear_faults(self.server.sandbox)
            case _:
                return as_text("not found", status=404)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)


def _page(name: str) -> Answer:
    file = PAGE / name
    if file.suffix not in CONTENT_TYPES or not file.is_file():
        return as_text("not found", status=404)
    policy = {"Content-Security-Policy": PAGE_POLICY}
    return Answer(200, file.read_bytes(), f"{CONTENT_TYPES[file.suffix]}; charset=utf-8", policy)
