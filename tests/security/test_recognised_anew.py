"""Who calls is remembered between calls; what changes meanwhile, even within a call, counts as if everything had been asked anew."""

from collections.abc import Callable
from types import ModuleType

import pytest

from accounts.models import ApiToken
from accounts.services.groups import join, leave
from accounts.services.tokens import revoke
from api import authentication, decisions, requests
from api.authentication import Caller
from approvals.models import Decision
from audit.actor import Actor
from autonomy.models import ActionRequest
from tests.plugins.world import Person, World

URL = "/api/v1/requests/"
RESTART = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}}
Meanwhile = Callable[[ModuleType, Callable[[], object]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Something changes after the next call to a view of this module has recognised its caller."""

    def happens(module: ModuleType, change: Callable[[], object]) -> None:
        changes = [change]

        def caller(http: object) -> Caller:
            found = authentication.caller(http)  # type: ignore[arg-type]
            if changes:
                changes.pop()()
            return found

        monkeypatch.setattr(module, "caller", caller)

    return happens


def end_tokens(of: Person) -> None:
    for token in ApiToken.objects.filter(account=of.account):
        revoke(token.pk, actor=Actor.worker())


def leave_payments(who: Person) -> None:
    leave(who.account, "payments", actor=Actor.worker())


def test_a_token_that_was_just_used_ends_at_once(world: World, alice: Person) -> None:
    request = world.submit(alice, "deployment.restart")
    assert alice.client.get(f"{URL}{request.id}/").status_code == 200

    end_tokens(alice)

    assert alice.client.get(f"{URL}{request.id}/").status_code == 401
    assert alice.client.get(URL).status_code == 401
    assert alice.client.post(URL, RESTART).status_code == 401
    assert ActionRequest.objects.count() == 1


def test_a_token_that_ends_within_a_read_reads_nothing(world: World, alice: Person, meanwhile: Meanwhile) -> None:
    request = world.submit(alice, "deployment.restart")
    alice.client.get(URL)
    meanwhile(requests, lambda: end_tokens(alice))

    assert alice.client.get(f"{URL}{request.id}/").status_code == 401


def test_a_token_that_ends_within_a_refusal_is_told_nothing_else(world: World, alice: Person, meanwhile: Meanwhile) -> None:
    alice.client.get(URL)
    meanwhile(requests, lambda: end_tokens(alice))

    assert alice.client.get(f"{URL}00000000-0000-4000-8000-000000000000/").status_code == 401


def test_who_leaves_the_team_within_a_submission_has_asked_for_nothing(world: World, alice: Person, meanwhile: Meanwhile) -> None:
    alice.client.get(URL)
    meanwhile(requests, lambda: leave_payments(alice))

    answer = alice.client.post(URL, RESTART)

    assert (answer.status_code, ActionRequest.objects.count()) == (403, 0)


def test_who_leaves_the_group_within_an_approval_has_approved_nothing(
    world: World, alice: Person, carol: Person, meanwhile: Meanwhile
) -> None:
    waiting = world.waiting(alice)
    carol.client.get(URL)
    meanwhile(decisions, lambda: leave(carol.account, "platform-admins", actor=Actor.worker()))

    answer = carol.client.post(f"{URL}{waiting.id}/approve/", {"digest": waiting.plan_digest})

    assert answer.status_code in (403, 404)
    assert (world.fresh(waiting).status, Decision.objects.count()) == ("awaiting_approval", 0)


def test_a_token_that_ends_within_an_approval_approves_nothing(world: World, alice: Person, carol: Person, meanwhile: Meanwhile) -> None:
    waiting = world.waiting(alice)
    carol.client.get(URL)
    meanwhile(decisions, lambda: end_tokens(carol))

    answer = carol.client.post(f"{URL}{waiting.id}/approve/", {"digest": waiting.plan_digest})

    assert (answer.status_code, world.fresh(waiting).status, Decision.objects.count()) == (401, "awaiting_approval", 0)


def test_what_has_nothing_to_do_with_the_caller_costs_her_nothing(
    world: World, alice: Person, bob: Person, carol: Person, meanwhile: Meanwhile
) -> None:
    alice.client.get(URL)
    meanwhile(requests, lambda: join(bob.account, "payments", actor=Actor.worker()))
    submitted = alice.client.post(URL, RESTART, idempotency_key="k")
    meanwhile(requests, lambda: leave(bob.account, "payments", actor=Actor.worker()))
    read = alice.client.get(submitted["Location"].removeprefix("http://testserver"))

    assert (submitted.status_code, read.status_code, ActionRequest.objects.count()) == (202, 200, 1)


def test_a_repetition_is_told_to_nobody_else(world: World, alice: Person, meanwhile: Meanwhile) -> None:
    alice.client.post(URL, RESTART, idempotency_key="k")
    meanwhile(requests, lambda: end_tokens(alice))

    assert alice.client.post(URL, RESTART, idempotency_key="k").status_code == 401
