"""Service accounts submit and read; they never decide."""

import pytest

from accounts.models import ApiToken, Scope
from accounts.services.tokens import TokenRefused, issue
from audit.actor import Actor
from autonomy.models import ActionRequest
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World

URL = "/api/v1/requests/"


def test_no_token_of_a_service_may_decide(world: World, ci_payments: Person) -> None:
    with pytest.raises(TokenRefused):
        issue(ci_payments.account, name="x", scopes=[Scope.DECIDE], actor=Actor.command("test"))


def test_even_with_the_scope_a_service_does_not_decide(world: World, bob: Person, ci_payments: Person) -> None:
    """Somebody wrote the scope into the database, and put the service into the reviewing group."""
    ApiToken.objects.filter(account=ci_payments.account).update(scopes=[scope.value for scope in Scope])
    world.join(ci_payments, "platform-admins", hours=1)
    request = world.waiting(bob)

    answer = ci_payments.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-a-person")
    assert world.events(request) == ["request.submitted", "request.review_opened"]


def test_the_owner_of_a_service_does_not_approve_what_it_asked_for(
    world: World, demo_cluster: SandboxCluster, alice: Person, ci_payments: Person
) -> None:
    world.join(alice, "platform-admins", hours=1)
    request = world.submit(ci_payments, "quota.set", {"hard": {"pods": "50"}}, name="compute")
    world.work()
    request = world.fresh(request)

    answer = alice.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/own-request")
    assert world.events(request) == ["request.submitted", "request.review_opened"]


def test_who_issued_the_token_does_not_approve_what_was_asked_with_it(
    world: World, alice: Person, ci_payments: Person, carol: Person
) -> None:
    secret = issue(ci_payments.account, name="by carol", scopes=[Scope.READ, Scope.WRITE], actor=carol.actor()).secret
    client = Person(ci_payments.account, secret).client
    body = {"action": "quota.set", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "team"}}
    sent = client.post(URL, {**body, "parameters": {"hard": {"pods": "1"}}}).json()

    assert set(ActionRequest.objects.get(pk=sent["id"]).requester_people) == {alice.account.pk, carol.account.pk}
