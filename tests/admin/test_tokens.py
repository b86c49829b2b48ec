"""API tokens in the admin: shown once, for one's own account, and for service accounts by superusers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ApiToken
from accounts.services.tokens import find
from audit.epoch import current
from tests.plugins.admin_door import csrf_token
from tests.plugins.world import Person, World

TOKENS = "/admin/tokens/"


@pytest.fixture
def root(carol: Person) -> Person:
    carol.account.is_superuser = True
    carol.account.save()
    return carol


def issue(who: Person, account: Person, **wishes: Any) -> Any:
    browser = who.browser
    form = {"account": account.account.pk, "name": "laptop", "scopes": ["requests:read"], "days": "30", **wishes}
    return browser.post(TOKENS, {**form, "csrfmiddlewaretoken": csrf_token(browser)})


def secret_in(answer: Any) -> str:
    found = re.search(r'id="secret"[^>]*>(daf_[^<]+)<', answer.content.decode())
    assert found
    return found.group(1)


def found(secret: str) -> ApiToken | None:
    bearer = find(secret, current())
    return bearer.token if bearer else None


def test_the_secret_is_shown_once_and_works(world: World, alice: Person) -> None:
    answer = issue(alice, alice)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    token = found(secret_in(answer))
    assert token is not None
    assert (token.account, token.created_by, token.scopes) == (alice.account, alice.account, ["requests:read"])
    assert abs(token.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=5)
    assert world.events(token) == ["token.issued"]
    again = alice.browser.get(TOKENS).content.decode()
    assert secret_in(answer) not in again
    assert "laptop" in again


def test_deciding_is_not_among_the_scopes_unless_it_is_ticked(alice: Person) -> None:
    page = alice.browser.get(TOKENS).content.decode()
    boxes = dict(re.findall(r'name="scopes" value="([a-z:]+)"([^>]*)>', page))
    assert {scope: rest.endswith(" checked") for scope, rest in boxes.items()} == {
        "requests:read": True,
        "requests:write": True,
        "requests:decide": False,
    }


@pytest.mark.parametrize("other", ["bob", "ci-payments"])
def test_nobody_issues_a_token_for_somebody_else(world: World, alice: Person, other: str) -> None:
    before = ApiToken.objects.count()
    assert issue(alice, world[other]).status_code == 400
    assert ApiToken.objects.count() == before


def test_a_superuser_issues_tokens_of_service_accounts_but_not_of_people(root: Person, alice: Person, ci_payments: Person) -> None:
    before = ApiToken.objects.count()
    assert issue(root, alice).status_code == 400
    assert ApiToken.objects.count() == before
    token = found(secret_in(issue(root, ci_payments)))
    assert token is not None
    assert (token.account, token.created_by) == (ci_payments.account, root.account)


def test_a_service_account_cannot_have_the_right_to_decide(root: Person, ci_payments: Person) -> None:
    before = ApiToken.objects.count()
    answer = issue(root, ci_payments, scopes=["requests:decide"])
    assert answer.status_code == 400
    assert "its token cannot have the scope requests:decide" in answer.content.decode()
    assert ApiToken.objects.count() == before


@pytest.mark.parametrize("days", ["0", "-1", "10000", "abc"])
def test_a_life_that_is_not_offered_is_refused(alice: Person, days: str) -> None:
    before = ApiToken.objects.count()
    assert issue(alice, alice, days=days).status_code == 400
    assert ApiToken.objects.count() == before


def test_a_revoked_token_ends_at_once(world: World, alice: Person) -> None:
    secret = secret_in(issue(alice, alice))
    token = found(secret)
    assert token is not None
    assert revoke(alice, token).status_code == 302
    assert found(secret) is None
    assert world.events(token) == ["token.issued", "token.revoked"]


def test_somebody_elses_token_is_neither_shown_nor_revoked(alice: Person, bob: Person) -> None:
    secret = secret_in(issue(alice, alice))
    token = found(secret)
    assert token is not None
    assert token.prefix not in bob.browser.get(TOKENS).content.decode()
    assert revoke(bob, token).status_code == 404
    assert found(secret) == token


def test_a_get_or_a_forged_form_revokes_nothing(alice: Person) -> None:
    secret = secret_in(issue(alice, alice))
    token = found(secret)
    assert token is not None
    assert alice.browser.get(f"{TOKENS}{token.pk}/revoke/").status_code == 405
    assert alice.browser.post(f"{TOKENS}{token.pk}/revoke/").status_code == 403
    assert found(secret) == token


def revoke(who: Person, token: ApiToken) -> Any:
    browser = who.browser
    return browser.post(f"{TOKENS}{token.pk}/revoke/", {"csrfmiddlewaretoken": csrf_token(browser)})
