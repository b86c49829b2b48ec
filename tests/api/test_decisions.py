"""Approving, denying and cancelling by REST."""

from accounts.models import Account, Scope
from accounts.services.tokens import issue
from audit.actor import Actor
from autonomy.status import Status
from tests.approvals.scenes import altered
from tests.plugins.world import Person, RestClient, World

URL = "/api/v1/requests/"
WAITING = ["request.submitted", "request.review_opened"]


def test_an_approval_is_answered_with_the_request(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)

    answer = carol.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest, "comment": "fine"})

    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "queued")
    (decision,) = body["review"]["decisions"]
    at = decision.pop("at")
    assert at.endswith("Z")
    assert decision == {"by": "carol", "verdict": "approve", "comment": "fine", "digest": request.plan_digest, "door": "rest"}
    assert body["review"]["stages"] == [{"group": "platform-admins", "required": 1, "approved": 1, "status": "approved"}]


def test_an_approval_names_the_plan_that_was_seen(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)

    answer = carol.client.post(f"{URL}{request.id}/approve/", {"comment": "fine"})

    assert (answer.status_code, answer.json()["pointer"]) == (400, "/digest")
    assert world.events(request) == WAITING


def test_who_names_no_plan_of_this_request_is_told_so_and_which_one_waits(world: World, alice: Person, carol: Person) -> None:
    request, unknown = world.waiting(alice), "sha256:" + "0" * 64

    answer = carol.client.post(f"{URL}{request.id}/approve/", {"digest": unknown})

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/problems/plan-changed")
    assert (problem["seen"], problem["current"], problem["moved"]) == (unknown, request.plan_digest, None)
    assert problem["detail"] == (
        f"The digest that was sent never was that of a plan of this request. What waits is plan 1, {request.plan_digest}."
    )
    assert world.events(request) == WAITING


def test_a_denial_needs_a_reason(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)

    for body in ({}, {"comment": ""}, {"comment": " \n"}):
        answer = carol.client.post(f"{URL}{request.id}/deny/", body)
        assert (answer.status_code, answer.json()["pointer"]) == (400, "/comment")
    assert world.events(request) == WAITING


def test_one_denial_ends_it(world: World, alice: Person, carol: Person, frank: Person) -> None:
    request = world.waiting(alice)

    assert carol.client.post(f"{URL}{request.id}/deny/", {"comment": "not now"}).json()["status"] == "denied"

    late = frank.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})
    assert (late.status_code, late.json()["type"], late.json()["current"]) == (409, "/problems/not-open", "denied")


def test_the_same_vote_again_changes_nothing(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    body = {"digest": request.plan_digest}

    answers = [carol.client.post(f"{URL}{request.id}/approve/", body).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert world.events(request) == [*WAITING, "request.approved"]


def test_the_opposite_vote_is_refused(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    carol.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    answer = carol.client.post(f"{URL}{request.id}/deny/", {"comment": "on second thoughts"})

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/already-decided")
    assert world.events(request) == [*WAITING, "request.approved"]


def test_who_is_not_entitled_is_told_why(world: World, alice: Person, dave: Person) -> None:
    request = world.waiting(alice)

    answer = dave.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    because = "It waits for platform-admins, and dave was in none of them when it was requested."
    assert (answer.status_code, answer.json()["because"]) == (403, because)
    assert dave.client.get(f"{URL}{request.id}/").json()["review"]["me"] == {"can_decide": False, "because": because}
    assert world.events(request) == WAITING


def test_who_is_entitled_is_told_so_until_she_has_decided(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    assert carol.client.get(f"{URL}{request.id}/").json()["review"]["me"] == {"can_decide": True, "because": None}

    carol.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    assert carol.client.get(f"{URL}{request.id}/").json()["review"]["me"]["can_decide"] is False


def test_a_token_without_the_scope_is_told_that_it_cannot_decide(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    reader = RestClient(issue(carol.account, name="reads", scopes=[Scope.READ], actor=Actor.command("test")).secret)

    me = reader.get(f"{URL}{request.id}/").json()["review"]["me"]

    assert me == {"can_decide": False, "because": "The token lacks the scope requests:decide."}


def test_a_token_that_somebody_else_issued_does_not_decide(world: World, alice: Person, carol: Person, frank: Person) -> None:
    request = world.waiting(alice)
    foreign = RestClient(issue(carol.account, name="from frank", scopes=list(Scope), actor=frank.actor()).secret)

    answer = foreign.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-a-person")
    assert world.events(request) == WAITING


def test_the_requester_cancels(world: World, alice: Person) -> None:
    request = world.waiting(alice)

    answers = [alice.client.post(f"{URL}{request.id}/cancel/").json()["status"] for _ in range(2)]

    assert answers == ["cancelled", "cancelled"]
    assert world.events(request) == [*WAITING, "request.cancelled"]


def test_the_owner_of_a_service_account_cancels_what_it_has_asked_for(world: World, alice: Person) -> None:
    request = world.submit(world["ci-payments"], "deployment.restart")

    answer = alice.client.post(f"{URL}{request.id}/cancel/")

    assert (answer.status_code, answer.json()["status"], answer.json()["requester"]) == (200, "cancelled", "ci-payments")
    assert world.events(request) == ["request.queued", "request.cancelled"]


def test_others_who_see_it_do_not_cancel_it(world: World, bob: Person, carol: Person) -> None:
    world.join(bob, "payments")
    request = world.submit(world["ci-payments"], "deployment.restart")

    for somebody in (bob, carol):
        answer = somebody.client.post(f"{URL}{request.id}/cancel/")
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/may-not-cancel")
        assert answer.json()["because"] == "ci-payments asked for this, so only ci-payments may cancel it."
    assert world.events(request) == ["request.queued"]


def test_nobody_cancels_what_has_ended(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    carol.client.post(f"{URL}{request.id}/deny/", {"comment": "no"})

    answer = alice.client.post(f"{URL}{request.id}/cancel")

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/illegal-transition")


def test_what_is_not_planned_yet_cannot_be_decided(world: World, alice: Person, carol: Person) -> None:
    request = world.submit(alice, "boundary.set", {"level": 1}, name="free")

    answer = carol.client.post(f"{URL}{request.id}/approve/", {"digest": "sha256:0"})

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-open")
    assert world.fresh(request).status == Status.SUBMITTED


def test_what_was_approved_is_carried_out(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    carol.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    world.work()

    read = alice.client.get(f"{URL}{request.id}/").json()
    assert (read["status"], read["result"]) == ("succeeded", {"message": "The Boundary weekend was created.", "created": True})
    assert "weekend" in [rule["slug"] for rule in alice.client.get("/api/v1/boundaries/").json()["results"]]


def test_an_alias_account_is_the_same_person(world: World, alice: Person, carol: Person) -> None:
    alias = Account.objects.create(username="carol-admin", alias_of=carol.account)
    world.join(Person(alias, ""), "platform-admins", hours=1)
    request = world.waiting(carol)
    client = RestClient(issue(alias, name="alias", scopes=list(Scope), actor=Actor.command("test")).secret)

    answer = client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/own-request")
    assert world.events(request) == WAITING


def test_a_review_that_has_run_out_is_not_decided(world: World, alice: Person, carol: Person) -> None:
    request = world.waiting(alice)
    altered("UPDATE approvals_review SET expires_at = now() - interval '1 second' WHERE request_id = %s", request.id)

    answer = carol.client.post(f"{URL}{request.id}/approve/", {"digest": request.plan_digest})

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/review-expired")
    assert carol.client.get(URL, {"waiting_for": "me"}).json()["results"] == []
    assert world.events(request) == WAITING
