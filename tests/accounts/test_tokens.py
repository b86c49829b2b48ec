"""API tokens: only a hash is kept, they end by themselves or when they are revoked, and say what they may."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, ApiToken, Scope
from accounts.services.tokens import MAX_LIFE, IssuedToken, TokenRefused, find, issue, revoke
from audit.actor import Actor
from audit.epoch import current
from audit.models import Event
from tests.plugins.world import Person, World

COMMAND = Actor.command("test")
DAY = timedelta(days=1)


def issued(person: Person, *scopes: Scope, life: timedelta = DAY) -> IssuedToken:
    return issue(person.account, name="laptop", scopes=list(scopes or [Scope.READ]), life=life, actor=person.actor())


def test_the_secret_itself_is_nowhere_in_the_database(world: World, alice: Person) -> None:
    made = issued(alice)
    stored = ApiToken.objects.values().get(pk=made.token.pk)

    assert bytes(stored["digest"]) == sha256(made.secret.encode()).digest()
    assert stored["prefix"] == made.secret[:8]
    kept = [str(value) for value in stored.values()] + [bytes(event.body).decode() for event in Event.objects.filter(stream=made.token.pk)]
    assert not [value for value in kept if made.secret[8:] in value]


def test_secrets_are_long_and_never_the_same(world: World, alice: Person) -> None:
    first, second = issued(alice).secret, issued(alice).secret

    assert first != second
    assert first.startswith("daf_")
    assert len(first) >= 46


def test_a_token_is_found_by_its_secret_with_what_it_may(world: World, alice: Person) -> None:
    made = issued(alice, Scope.READ, Scope.WRITE)
    found = find(made.secret, current())

    assert found is not None
    assert (found.token.pk, found.token.account, found.token.scopes) == (made.token.pk, alice.account, ["requests:read", "requests:write"])
    assert found.groups == {"payments"}


@pytest.mark.parametrize("secret", ["", "daf_", "daf_wrong", "\x00"])
def test_another_secret_finds_nothing(world: World, secret: str) -> None:
    assert find(secret, current()) is None


def test_a_token_ends_by_itself(world: World, alice: Person) -> None:
    made = issued(alice)
    ApiToken.objects.filter(pk=made.token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert find(made.secret, current()) is None


def test_a_revoked_token_is_found_no_more_and_revoking_again_changes_nothing(world: World, alice: Person) -> None:
    made = issued(alice)
    first = revoke(made.token.pk, actor=alice.actor())
    again = revoke(made.token.pk, actor=alice.actor())

    assert find(made.secret, current()) is None
    assert again.revoked_at == first.revoked_at
    assert world.events(made.token) == ["token.issued", "token.revoked"]


def test_the_token_of_a_deactivated_account_is_not_found(world: World, alice: Person) -> None:
    made = issued(alice)
    Account.objects.filter(pk=alice.account.pk).update(is_active=False)

    assert find(made.secret, current()) is None


@pytest.mark.parametrize("life", [timedelta(0), -DAY, MAX_LIFE + timedelta(seconds=1)])
def test_a_life_that_is_over_or_too_long_is_refused(world: World, alice: Person, life: timedelta) -> None:
    before = ApiToken.objects.count()

    with pytest.raises(TokenRefused):
        issued(alice, life=life)

    assert ApiToken.objects.count() == before


def test_the_longest_life_is_allowed(world: World, alice: Person) -> None:
    token = issued(alice, life=MAX_LIFE).token

    assert token.expires_at - token.created_at == MAX_LIFE


def test_no_token_of_a_service_may_decide(world: World, ci_payments: Person) -> None:
    before = ApiToken.objects.count()

    with pytest.raises(TokenRefused):
        issued(ci_payments, Scope.READ, Scope.DECIDE)

    assert ApiToken.objects.count() == before


def test_the_day_of_the_last_use_is_noted_once(world: World, alice: Person, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    made = issued(alice)
    assert ApiToken.objects.get(pk=made.token.pk).last_used_on is None

    find(made.secret, current())

    assert ApiToken.objects.get(pk=made.token.pk).last_used_on == timezone.now().date()
    with django_assert_num_queries(1):
        find(made.secret, current())


def test_an_alias_of_an_alias_is_refused(world: World, alice: Person) -> None:
    first = Account(username="alice-1", alias_of=alice.account)
    first.clean()
    first.save()

    with pytest.raises(ValidationError, match="main account"):
        Account(username="alice-2", alias_of=first).clean()
    alice.account.alias_of = world["bob"].account
    with pytest.raises(ValidationError, match="main account"):
        alice.account.clean()
