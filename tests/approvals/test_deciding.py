"""Approving and denying: who counts as whom, repetition and contradiction, time, and how many it takes."""

from datetime import timedelta

import pytest

from accounts.actors import actor_of
from accounts.models import Account, Scope
from accounts.services.groups import join
from accounts.services.tokens import issue
from approvals.errors import AlreadyDecided, CommentMissing, NotAPerson, NotOpen, OwnRequest, PlanChanged, ReviewExpired
from approvals.models import Decision, Review
from approvals.reviews import latest
from approvals.services import decide
from approvals.services.expire import expire, overdue
from audit.actor import Actor, Door
from autonomy.models import ActionRequest
from tests.approvals.scenes import altered, approve, decisions, effect, executed, needs
from tests.plugins.world import Person, World

COMMAND = Actor.command("test")
OPENED = ["request.submitted", "request.review_opened"]


def alias_of(person: Person, *groups: str) -> Account:
    """Another account of the same human, in these groups since before everything."""
    account = Account.objects.create(username=f"{person.name}-admin", alias_of=person.account)
    for group in groups:
        membership = join(account, group, actor=COMMAND)
        type(membership).objects.filter(pk=membership.pk).update(since=membership.since - timedelta(hours=1))
    return account


def time_is_over(request: ActionRequest) -> None:
    altered("UPDATE approvals_review SET expires_at = now() - interval '1 second' WHERE request_id = %s", request.id)


def test_an_alias_is_the_same_human_as_the_requester(world: World, alice: Person) -> None:
    actor = actor_of(alias_of(alice, "platform-admins"), Door.REST)
    request = world.waiting(alice)

    with pytest.raises(OwnRequest):
        decide.approve(request.id, actor=actor, digest=request.plan_digest)

    assert world.events(request) == OPENED


def test_an_alias_does_not_vote_a_second_time(world: World, alice: Person, carol: Person) -> None:
    needs(platform_admins=2)
    again = actor_of(alias_of(carol, "platform-admins"), Door.REST)
    request = approve(world.waiting(alice), carol)

    decide.approve(request.id, actor=again, digest=request.plan_digest)

    assert decisions(request) == [("carol", "approve")]
    assert world.fresh(request).status == "awaiting_approval"


def test_who_owns_a_service_by_an_alias_does_not_approve_what_it_asks_for(world: World, carol: Person, ci_payments: Person) -> None:
    Account.objects.filter(pk=ci_payments.account.pk).update(owner=alias_of(carol))
    service = Account.objects.get(pk=ci_payments.account.pk)
    request = world.submit(Person(service, ""), "networkpolicy.apply", {"manifest": POLICY}, name="p")

    assert request.requester_people == [carol.account.id]


POLICY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "p", "namespace": "payments-dev"},
    "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
}


def test_a_token_that_somebody_else_issued_does_not_decide(world: World, alice: Person, carol: Person, frank: Person) -> None:
    token = issue(carol.account, name="by frank", scopes=[Scope.DECIDE], actor=frank.actor()).token
    token.created_by = frank.account
    request = world.waiting(alice)

    with pytest.raises(NotAPerson):
        decide.approve(request.id, actor=actor_of(carol.account, Door.REST, token=token), digest=request.plan_digest)

    assert world.events(request) == OPENED


def test_the_same_approval_again_changes_nothing(world: World, alice: Person, carol: Person) -> None:
    request = approve(world.waiting(alice), carol, carol)

    assert world.events(request) == [*OPENED, "request.approved"]


def test_the_same_approval_again_after_it_ran_still_answers(world: World, alice: Person, carol: Person) -> None:
    request = approve(world.waiting(alice), carol)
    assert executed(world, request).status == "succeeded"

    assert approve(request, carol).status == "succeeded"


def test_the_opposite_is_refused(world: World, alice: Person, carol: Person) -> None:
    needs(platform_admins=2)
    request = approve(world.waiting(alice), carol)

    with pytest.raises(AlreadyDecided):
        decide.deny(request.id, actor=carol.actor(), comment="On second thoughts.")

    assert decisions(request) == [("carol", "approve")]


@pytest.mark.parametrize("comment", ["", "  \n"])
def test_a_denial_needs_a_reason(world: World, alice: Person, carol: Person, comment: str) -> None:
    request = world.waiting(alice)

    with pytest.raises(CommentMissing):
        decide.deny(request.id, actor=carol.actor(), comment=comment)

    assert world.events(request) == OPENED


def test_one_denial_ends_it_whatever_others_said(world: World, alice: Person, carol: Person, frank: Person) -> None:
    needs(platform_admins=2)
    request = approve(world.waiting(alice), carol)
    decide.deny(request.id, actor=frank.actor(), comment="Too wide.")

    assert executed(world, request).status == "denied"
    assert decisions(request) == [("carol", "approve"), ("frank", "deny")]
    assert not effect()


def test_another_plan_than_the_one_that_was_seen_is_refused(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)

    with pytest.raises(PlanChanged) as refused:
        decide.approve(request.id, actor=carol.actor(), digest="sha256:other")

    assert refused.value.extra == {"seen": "sha256:other", "current": request.plan_digest, "moved": None}
    assert world.events(request) == OPENED


def test_a_decision_holds_what_was_decided_by_whom_and_where(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    decide.approve(request.id, actor=carol.actor(Door.SLACK), digest=request.plan_digest, comment="Fine.")

    decision = Decision.objects.get()
    assert (decision.name, decision.person, decision.verdict, decision.comment) == ("carol", carol.account.id, "approve", "Fine.")
    assert (decision.digest, decision.door, decision.groups) == (request.plan_digest, "slack", ["platform-admins"])


def test_n_of_m_people_in_two_groups(world: World, alice: Person, carol: Person, frank: Person, dave: Person) -> None:
    """Dave is in both groups: he counts where he is needed, and only once."""
    needs(platform_admins=2, security=1)
    world.join(dave, "platform-admins", hours=1)
    request = approve(world.waiting(alice), dave, carol)
    review = latest(world.fresh(request))
    assert review is not None
    assert sum(review.approved.values()) == 2
    assert world.fresh(request).status == "awaiting_approval"

    approve(request, frank)

    assert executed(world, request).status == "succeeded"


def test_when_the_time_is_over_nobody_decides_any_more(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    time_is_over(request)

    with pytest.raises(ReviewExpired):
        decide.approve(request.id, actor=carol.actor(), digest=request.plan_digest)
    assert overdue() == [request.id]
    expire(request.id, actor=Actor.worker())

    assert (world.fresh(request).status, decisions(request)) == ("expired", [])
    with pytest.raises(NotOpen):
        decide.deny(request.id, actor=carol.actor(), comment="Late.")


def test_before_the_time_is_over_nothing_expires(world: World, alice: Person) -> None:
    request = world.waiting(alice)

    assert overdue() == []
    expire(request.id, actor=Actor.worker())

    assert world.events(request) == OPENED
    review = Review.objects.get()
    assert review.expires_at - review.opened_at == timedelta(hours=72)


def test_what_was_approved_in_time_runs_although_the_time_is_over_now(world: World, alice: Person, carol: Person) -> None:
    request = approve(world.waiting(alice), carol)
    time_is_over(request)
    expire(request.id, actor=Actor.worker())

    assert executed(world, request).status == "succeeded"
