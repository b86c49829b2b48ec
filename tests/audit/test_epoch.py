"""An epoch ends with every change of what decides who may do what, and never comes again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Account, ApiToken, Group, Membership
from accounts.services.groups import join, leave
from accounts.services.tokens import revoke
from approvals.models import ApprovalRule
from audit import epoch
from audit.actor import Actor
from autonomy.models import Boundary
from clusters.models import Cluster, Namespace
from guidance.models import Exemption, Policy
from tests.plugins.world import Person, World

TABLES = (Account, Group, Membership, ApiToken, Cluster, Namespace, Boundary, Policy, Exemption, ApprovalRule)
CHANGES: dict[str, Callable[[Person], object]] = {
    "a token is revoked": lambda alice: revoke(ApiToken.objects.filter(account=alice.account)[0].pk, actor=Actor.worker()),
    "a token ends sooner": lambda alice: ApiToken.objects.filter(account=alice.account).update(expires_at=timezone.now()),
    "a token may do less": lambda alice: ApiToken.objects.filter(account=alice.account).update(scopes=[]),
    "somebody joins": lambda alice: join(alice.account, "security", actor=Actor.worker()),
    "somebody leaves": lambda alice: leave(alice.account, "payments", actor=Actor.worker()),
    "an account is closed": lambda alice: Account.objects.filter(pk=alice.account.pk).update(is_active=False),
    "an account is somebody's alias": lambda alice: Account.objects.filter(pk=alice.account.pk).update(alias_of=None),
    "a namespace has another owner": lambda _: Namespace.objects.filter(name="payments-dev").update(team=None),
    "a boundary restricts": lambda _: Boundary.objects.update(level=3, reason="Not today."),
    "an approval rule asks for more": lambda _: ApprovalRule.objects.update(needs={"security": 2}),
    "a policy is stricter": lambda _: Policy.objects.update(enforcement="hard-mandatory"),
    "a policy is stricter somewhere": lambda _: Policy.objects.update(enforcement_in=[{"team": "payments", "level": "hard-mandatory"}]),
}

TRIGGERS = "SELECT tgtype FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE '%%begins_epoch'"
INSERT, DELETE, UPDATE, TRUNCATE = 1 << 2, 1 << 3, 1 << 4, 1 << 5
"""As PostgreSQL's catalogue keeps them; the bits below would say for each row, and before."""


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_who_may_do_what_ends_the_epoch(world: World, alice: Person, change: Callable[[Person], object]) -> None:
    before = epoch.current()
    assert epoch.current() is before

    change(alice)

    assert epoch.current().id != before.id


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_a_row_that_comes_or_goes_ends_the_epoch(world: World, table: type[Account]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgtype FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE '%%begins_epoch'", [table._meta.db_table]
        )
        ((kinds,),) = cursor.fetchall()

    for_each_statement, insert, delete, update, truncate = 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5
    assert kinds == insert | delete | update | truncate
    assert not kinds & for_each_statement


def test_the_use_of_a_token_and_a_sign_in_leave_it_alone(world: World, alice: Person) -> None:
    before = epoch.current()

    ApiToken.objects.update(last_used_on=timezone.now().date() - timedelta(days=1))
    alice.account.last_login = timezone.now()
    alice.account.save(update_fields=["last_login"])

    assert epoch.current() is before


def test_an_epoch_that_was_rolled_back_never_comes_again(world: World, alice: Person) -> None:
    with transaction.atomic():
        Account.objects.filter(pk=alice.account.pk).update(is_active=False)
        undone = epoch.current()
        undone.keep("is alice active", lambda: "no")
        transaction.set_rollback(True)
    Account.objects.filter(pk=alice.account.pk).update(is_active=True)

    assert epoch.current().id != undone.id
    assert epoch.current().keep("is alice active", lambda: "yes") == "yes"


def test_what_was_read_is_kept_for_its_epoch_alone(world: World, alice: Person) -> None:
    answers = iter(["first", "second"])
    assert [epoch.current().keep("key", lambda: next(answers)) for _ in range(3)] == ["first"] * 3

    leave(alice.account, "payments", actor=Actor.worker())

    assert epoch.current().keep("key", lambda: next(answers)) == "second"


def test_nothing_is_kept_of_what_is_not_there(world: World) -> None:
    answers = iter([None, "now it is there"])
    assert [epoch.current().keep("key", lambda: next(answers)) for _ in range(2)] == [None, "now it is there"]


def test_what_is_kept_has_a_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epoch, "MOST_KEPT", 3)
    met = epoch.current()
    for number in range(10):
        met.keep(number, lambda number=number: number)  # type: ignore[misc]

    assert len(met._kept) <= 3
