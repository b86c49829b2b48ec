"""Case 12: no change by a link, a foreign site, a proxy's header or another host's name.

CSRF, CORS, anonymous calls and GETs by each door: tests/api/test_authentication.py, tests/admin/test_decide.py.
"""

import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from approvals.links import admin_path
from notifications import linking
from tests.plugins.world import Person, RestClient, World
from tests.security.scenes import REQUESTS, RESTART, nothing_happens


@pytest.mark.parametrize("header", ["x-http-method-override", "x-http-method", "x-method-override"])
def test_no_header_turns_reading_into_writing(world: World, alice: Person, carol: Person, header: str) -> None:
    request = world.waiting(alice)
    body = {"digest": request.plan_digest, "_method": "POST"}

    with nothing_happens(world, request):
        assert RestClient(carol.secret, {header: "POST"}).get(f"{REQUESTS}{request.id}/approve/", body).status_code == 405
        assert carol.browser.get(f"{admin_path(request)}approve/", body, headers={header: "POST"}).status_code == 405
        assert RestClient(carol.secret, {header: "DELETE"}).get(f"{REQUESTS}{request.id}/").status_code == 200


def test_a_form_of_another_site_cannot_speak_json(world: World, alice: Person, carol: Person) -> None:
    """What a page of another origin may send without asking first is read by no address of the API."""
    request = world.waiting(alice)
    browser = Client()
    browser.force_login(carol.account)

    with nothing_happens(world, request):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            body = b'{"digest": "' + request.plan_digest.encode() + b'"}'
            answer = browser.post(f"{REQUESTS}{request.id}/approve/", body, content_type=kind)
            assert answer.status_code == 415


@pytest.mark.parametrize("method", ["options", "trace", "put", "patch", "delete"])
def test_other_methods_are_not_known(world: World, alice: Person, carol: Person, method: str) -> None:
    request = world.waiting(alice)
    browser = carol.browser

    with nothing_happens(world, request):
        for path in (f"{REQUESTS}{request.id}/approve/", f"{admin_path(request)}approve/", "/api/v1/slack/interactions/"):
            assert getattr(browser, method)(path, headers={"origin": "https://evil.example"}).status_code in {403, 405}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:8000@evil.example", "evil.example:80", "a/b"])
def test_another_host_gets_no_answer(world: World, alice: Person, host: str) -> None:
    answer = alice.client.get(REQUESTS, host=host)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-request")


def test_no_header_changes_where_links_lead(settings: Any, world: World, alice: Person, carol: Person) -> None:
    settings.BASE_URL = "https://autonomy.example"
    forwarded = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "forwarded": "host=evil.example",
        "x-host": "evil.example",
    }
    answer = alice.client.post(REQUESTS, RESTART, **forwarded)
    links = answer.json()["links"]

    assert answer["Location"] == links["self"]
    assert {link.split("/api/")[0] for name, link in links.items() if name != "page"} == {"http://testserver"}
    assert links["page"].startswith("https://autonomy.example/admin/requests/")
    assert linking.invitation("U0CAROL").startswith("https://autonomy.example/slack/link/?token=")
    world.submit(alice, "deployment.restart")
    assert alice.client.get(REQUESTS, {"page_size": 1}, **forwarded).json()["next"].startswith("http://testserver/api/")
    assert "evil.example" not in carol.browser.get("/admin/requests/waiting/", headers=forwarded).content.decode()


ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example",
    "\thttps://evil.example", "https:evil.example",
]  # fmt: skip


@pytest.fixture
def signing_in(carol: Person, settings: Any) -> dict[str, str]:
    """What carol types. How the password is hashed is none of these tests' business, and hashing is slow by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    carol.account.set_password("correct horse battery")
    carol.account.save()
    return {"username": "carol", "password": "correct horse battery"}


def test_signing_in_leads_nowhere_else(signing_in: dict[str, str]) -> None:
    for page in ELSEWHERE:
        answer = Client().post(f"/admin/login/?{urlencode({'next': page})}", {**signing_in, "next": page})
        assert (answer.status_code, answer["Location"]) == (302, "/admin/"), page


def test_signing_in_gives_another_session_and_signing_out_needs_a_form(signing_in: dict[str, str]) -> None:
    browser = Client()
    browser.cookies["sessionid"] = "chosen-by-somebody-else"

    browser.post("/admin/login/", signing_in)

    cookie = browser.cookies["sessionid"]
    assert cookie.value != "chosen-by-somebody-else"
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", "")
    assert browser.get("/admin/logout/").status_code == 405
    assert browser.get("/admin/requests/waiting/").status_code == 200


def test_no_page_is_shown_in_a_frame_guessed_at_or_kept(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    answer = carol.browser.get(admin_path(request))

    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert alice.client.get(REQUESTS)["X-Content-Type-Options"] == "nosniff"


def test_no_header_of_a_proxy_is_believed_unless_there_is_one() -> None:
    assert settings.SECURE_PROXY_SSL_HEADER is None
    assert not settings.USE_X_FORWARDED_HOST
    assert not settings.USE_X_FORWARDED_PORT
    assert settings.AUDITLOG_DISABLE_REMOTE_ADDR


SHOW = """
from django.conf import settings as s
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.DEBUG, s.ALLOWED_HOSTS)
"""
PRODUCTION = {
    "AUTONOMY_ENV": "production",
    "SECRET_KEY": "n3ver-used-anywhere-" * 4,
    "LEDGER_KEY": "A" * 43 + "=",
    "BASE_URL": "https://autonomy.example",
    "ALLOWED_HOSTS": "",
}


def in_production(**changes: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **PRODUCTION, "DJANGO_SETTINGS_MODULE": "config.settings", **changes}
    return subprocess.run([sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, check=False)


def test_in_production_cookies_go_over_tls_alone() -> None:
    assert in_production().stdout.strip() == "True True True False ['autonomy.example']"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"), ("SECRET_KEY", "insecure-development-key-never-use-in-production"), ("LEDGER_KEY", ""),
        ("BASE_URL", "http://autonomy.example"),
    ],
)  # fmt: skip
def test_production_does_not_start_without_real_secrets(name: str, value: str) -> None:
    started = in_production(**{name: value})

    assert (started.returncode, started.stdout) == (1, "")
    assert name in started.stderr
    assert not value or value not in started.stderr
