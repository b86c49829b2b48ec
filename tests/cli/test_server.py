"""`--server` says what a running product would say; here a small server stands in for it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.cli.conftest import POD, Check, Write

FINDING = {
    "policy": "no-host-network",
    "version": "2.0.0",
    "severity": "high",
    "enforcement": "soft-mandatory",
    "message": "The pod uses the node's network.",
    "path": "/spec/hostNetwork",
    "container": None,
    "current": True,
    "expected": False,
    "fix": [{"op": "replace", "path": "/spec/hostNetwork", "value": False}],
}
POLICY = {
    "slug": "no-host-network",
    "version": "2.0.0",
    "enforcement": "soft-mandatory",
    "owner": "security",
    "source": "guidance: {title: Own network, rationale: Because., severity: high, controls: [CIS-1]}\n",
}


def result(document: int, outcome: str, **more: Any) -> dict[str, Any]:
    findings = [FINDING] if outcome != "pass" else []
    row = {"policy": "no-host-network", "version": "2.0.0", "severity": "high", "enforcement": "soft-mandatory"}
    return {"document": document, **row, "result": outcome, "findings": findings, **more}


class Product(HTTPServer):
    """Answers what it was told to, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, Any]] = []
        self.answers: dict[str, tuple[int, Any]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Product

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: Any) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        code, content = self.server.answers[self.path.partition("?")[0]]
        self.send_response(code)
        if code == 302:
            self.send_header("Location", content)
        self.end_headers()
        self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def product(monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    monkeypatch.setenv("AUTONOMY_TOKEN", "daf_secret")
    with Product() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


EVALUATE = "/api/v1/policies/evaluate/"


def test_the_product_judges_with_its_own_levels_and_exemptions(check: Check, write: Write, product: Product) -> None:
    product.answers[EVALUATE] = 200, {"results": [result(1, "fail"), result(2, "skip", because="Until March.")]}
    write("pods.yaml", f"{POD}---\n# autonomy: ignore no-host-network: does not count\n{POD}")

    done = check("--server", product.url, "--namespace", "shop", "--cluster", "sandbox", "pods.yaml")

    ((path, authorization, body),) = product.asked
    assert (path, authorization) == (EVALUATE, "Bearer daf_secret")
    assert (body["namespace"], body["cluster"], [one["kind"] for one in body["manifests"]]) == ("shop", "sandbox", ["Pod", "Pod"])
    assert done.code == 1
    assert done.out.splitlines()[:2] == [
        "error[no-host-network]: The pod uses the node's network.",
        " --> pods.yaml:7:16  Pod payments/api",
    ]
    assert "skipped[no-host-network]: pods.yaml:19  Pod payments/api: Until March." in done.out


def test_json_is_the_same_as_without_a_server(check: Check, write: Write, product: Product) -> None:
    product.answers[EVALUATE] = 200, {"results": [result(1, "fail")]}
    write("pod.yaml", POD)

    (row,) = json.loads(check("--server", f"{product.url}/", "pod.yaml", "-o", "json").out)["results"]

    assert (row["version"], row["enforcement"], row["line"]) == ("2.0.0", "soft-mandatory", 7)
    assert row["findings"] == [
        {key: FINDING[key] for key in ("message", "path")}
        | {"place": "/spec/hostNetwork", "line": 7}
        | {key: FINDING[key] for key in ("container", "current", "expected", "fix")}
    ]


def test_many_objects_are_asked_about_in_parts(check: Check, write: Write, product: Product) -> None:
    product.answers[EVALUATE] = 200, {"results": [result(1, "pass")]}
    write("pods.yaml", "---\n".join([POD] * 250))

    check("--server", product.url, "pods.yaml")

    assert [len(body["manifests"]) for _, _, body in product.asked] == [100, 100, 50]


def test_what_the_product_mends_is_written(check: Check, write: Write, product: Product) -> None:
    mended = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api", "namespace": "payments"}}
    mended["spec"] = {"hostNetwork": False, "containers": [{"name": "web", "image": "nginx:latest"}]}  # type: ignore[assignment]
    product.answers[EVALUATE] = 200, {"results": [result(1, "fail")], "mended": [mended]}
    file = write("pod.yaml", POD)

    check("--server", product.url, "pod.yaml", "--fix")

    assert file.read_text() == POD.replace("hostNetwork: true", "hostNetwork: false")


def test_sarif_has_the_titles_of_the_policies_in_force(check: Check, write: Write, product: Product) -> None:
    product.answers[EVALUATE] = 200, {"results": [result(1, "fail")]}
    product.answers["/api/v1/policies/"] = 200, {"results": [POLICY, {**POLICY, "slug": "newer", "source": "kind: [x]"}], "next": None}
    write("pod.yaml", POD)

    (run,) = json.loads(check("--server", product.url, "pod.yaml", "-o", "sarif").out)["runs"]

    titles = {rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]}
    assert titles == {"no-host-network": "Own network", "newer": "newer", "well-formed": "Kubernetes can read the manifest"}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            (403, {"title": "Not allowed", "detail": "The token lacks policies:read."}),
            "answered 403: Not allowed: The token lacks policies:read.",
        ),
        ((401, {"title": "No token", "detail": "No token"}), "answered 401: No token\n"),
        ((500, b"oops"), "answered 500: Internal Server Error"),
        ((500, b"[" * 100_000), "answered 500: Internal Server Error"),
        ((200, b"[" * 100_000), "gave no JSON: is this the product's address?"),
        ((200, b"<html>"), "gave no JSON: is this the product's address?"),
        ((200, [1]), "gave no object: is this the product's address?"),
        ((302, "http://127.0.0.1:9/elsewhere"), "leads elsewhere, to http://127.0.0.1:9/elsewhere: name that server if you trust it"),
        ((200, {"results": [{"document": 7}]}), "gave results that I do not understand"),
        ((200, {}), "gave results that I do not understand"),
    ],
)
def test_an_answer_that_is_none_is_told(check: Check, write: Write, product: Product, answer: tuple[int, Any], told: str) -> None:
    product.answers[EVALUATE] = answer
    write("pod.yaml", POD)

    done = check("--server", product.url, "pod.yaml")

    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert "daf_secret" not in done.err


def test_white_space_around_the_token_is_not_sent(check: Check, write: Write, product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and stores of secrets often end it with a line."""
    monkeypatch.setenv("AUTONOMY_TOKEN", " daf_secret\n")
    product.answers[EVALUATE] = 200, {"results": [result(1, "pass")]}
    write("pod.yaml", POD)

    assert check("--server", product.url, "pod.yaml").code == 0
    assert [authorization for _, authorization, _ in product.asked] == ["Bearer daf_secret"]


def test_a_server_that_is_not_there_is_told(check: Check, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTONOMY_TOKEN", "daf_secret")
    write("pod.yaml", POD)

    done = check("--server", "http://127.0.0.1:9", "pod.yaml")

    assert (done.code, done.err) == (2, "error: http://127.0.0.1:9 cannot be asked: [Errno 111] Connection refused\n")


@pytest.mark.parametrize(
    ("token", "url", "told"),
    [
        ("", "https://x.example", "AUTONOMY_TOKEN is not set"),
        ("\n", "https://x.example", "AUTONOMY_TOKEN is not set"),
        ("to\nken", "https://x.example", "AUTONOMY_TOKEN holds characters that no token has: copy it again"),
        ("tokén", "https://x.example", "AUTONOMY_TOKEN holds characters that no token has: copy it again"),
        ("t", "file:///etc/passwd", "is no address: it begins with https://"),
    ],
)
def test_a_server_cannot_be_asked_without_address_and_token(
    check: Check, write: Write, monkeypatch: pytest.MonkeyPatch, token: str, url: str, told: str
) -> None:
    monkeypatch.setenv("AUTONOMY_TOKEN", token)
    write("pod.yaml", POD)

    done = check("--server", url, "pod.yaml")

    assert (done.code, told in done.err) == (2, True)
