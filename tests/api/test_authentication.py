"""Who may call: tokens, sessions, scopes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, ApiToken, Scope
from accounts.services.tokens import issue, revoke
from audit.actor import Actor
from autonomy.models import ActionRequest
from tests.plugins.world import Person, RestClient, World

URL = "/api/v1/requests/"
RESTART = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}}
ADDRESSES = (URL, "/api/v1/actions/", "/api/v1/boundaries/", "/api/v1/policies/", "/api/v1/approval-rules/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_reads_without_signing_in(world: World, anonymous: RestClient, address: str) -> None:
    answer = anonymous.get(address)

    assert (answer.status_code, answer["WWW-Authenticate"], answer["Content-Type"]) == (401, "Bearer", "application/problem+json")
    assert answer.json()["type"] == "/problems/unauthenticated"


def test_nobody_submits_without_signing_in(world: World, anonymous: RestClient) -> None:
    assert anonymous.post(URL, RESTART).status_code == 401
    assert ActionRequest.objects.count() == 0


@pytest.mark.parametrize("secret", ["daf_wrong", "x", "daf_ü"])
def test_a_wrong_token_opens_nothing(world: World, secret: str) -> None:
    answer = RestClient(secret).get(URL)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/invalid-token")


def test_a_revoked_token_opens_nothing(world: World, alice: Person) -> None:
    revoke(ApiToken.objects.get(account=alice.account).pk, actor=Actor.command("test"))
    assert alice.client.get(URL).status_code == 401


def test_an_expired_token_opens_nothing(world: World, alice: Person) -> None:
    ApiToken.objects.filter(account=alice.account).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert alice.client.get(URL).status_code == 401


def test_the_token_of_a_closed_account_opens_nothing(world: World, alice: Person) -> None:
    Account.objects.filter(pk=alice.account.pk).update(is_active=False)
    assert alice.client.get(URL).status_code == 401


def test_a_wrong_token_is_not_made_good_by_a_session(world: World, alice: Person) -> None:
    assert alice.browser.get(URL, headers={"authorization": "Bearer daf_wrong"}).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        ([Scope.READ], "post", URL),
        ([Scope.WRITE], "get", URL),
        ([Scope.READ, Scope.WRITE], "post", f"{URL}00000000-0000-0000-0000-000000000000/approve/"),
        ([Scope.READ, Scope.WRITE], "post", f"{URL}00000000-0000-0000-0000-000000000000/deny/"),
        ([Scope.READ, Scope.DECIDE], "post", f"{URL}00000000-0000-0000-0000-000000000000/cancel/"),
    ],
)
def test_a_token_is_good_for_its_scopes_only(world: World, carol: Person, scopes: list[Scope], method: str, path: str) -> None:
    client = RestClient(issue(carol.account, name="narrow", scopes=scopes, actor=Actor.command("test")).secret)

    answer = client.post(path, RESTART) if method == "post" else client.get(path)

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/missing-scope")
    assert ActionRequest.objects.count() == 0


def test_the_admins_session_reads(world: World, alice: Person) -> None:
    assert alice.browser.get(URL).status_code == 200


def test_a_session_changes_nothing_without_the_csrf_token(world: World, alice: Person) -> None:
    answer = alice.browser.post(URL, RESTART, content_type="application/json")

    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["type"] == "/problems/forbidden"
    assert ActionRequest.objects.count() == 0


def test_a_session_with_the_csrf_token_submits(world: World, alice: Person) -> None:
    browser = alice.browser
    answer = browser.post(URL, RESTART, content_type="application/json", headers={"x-csrftoken": _csrf_token(browser)})

    assert (answer.status_code, answer.json()["requester"]) == (202, "alice")


def test_no_answer_allows_other_origins(world: World, alice: Person) -> None:
    answer = alice.client.get(URL, origin="https://elsewhere.example")
    assert [name for name in answer.headers if name.startswith("Access-Control")] == []


@pytest.mark.parametrize("verb", ["approve", "deny", "cancel"])
def test_reading_an_address_that_changes_something_changes_nothing(world: World, alice: Person, carol: Person, verb: str) -> None:
    request = world.waiting(alice)
    events = world.events(request)

    answer = carol.client.get(f"{URL}{request.id}/{verb}/")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert world.events(request) == events


def _csrf_token(browser: Client) -> str:
    secret = "a" * 32
    browser.cookies["csrftoken"] = secret
    return secret
