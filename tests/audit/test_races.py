"""Many voters at once: whoever judged on an old state judges again, and every chain stays whole."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

from django.db import connection

from accounts.actors import actor_of
from accounts.models import Account
from accounts.services.groups import join
from approvals.models import ApprovalRule, Decision
from approvals.services import decide
from audit import reading
from audit.actor import Actor, Door
from audit.models import Delivery, Event
from audit.problems import Problem
from audit.verify import verify
from autonomy.models import ActionRequest
from autonomy.services.cancel import cancel
from tests.plugins.world import World

COMMAND = Actor.command("test")


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run all calls at the same moment, each in a thread with a connection of its own; answers or problems in order."""
    barrier = Barrier(len(calls))

    def one(call: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return call()
        except Problem as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def voters(number: int) -> list[Actor]:
    accounts = [Account.objects.create(username=f"voter-{n}") for n in range(number)]
    for account in accounts:
        join(account, "platform-admins", actor=COMMAND)
    return [actor_of(account, Door.REST) for account in accounts]


def needs(required: int) -> None:
    ApprovalRule.objects.filter(slug="rules-by-admins").update(needs={"platform-admins": required})


def approvals_of(request: ActionRequest, people: Sequence[Actor]) -> list[Callable[[], object]]:
    return [lambda person=person: decide.approve(request.id, actor=person, digest=request.plan_digest) for person in people]


def check_ledger() -> None:
    assert verify(reading.events(), reading.checkpoints(), public_keys=[]).faults == []


def test_of_twelve_voters_at_once_exactly_the_quorum_hands_over_once(committed_world: World) -> None:
    people = voters(12)
    needs(5)
    request = committed_world.waiting(committed_world["alice"])

    answers = at_once(*approvals_of(request, people))

    late = [answer for answer in answers if isinstance(answer, Problem)]
    assert {type(problem).slug for problem in late} == {"not-open"}
    assert len(late) == 7
    assert Decision.objects.count() == 5
    assert committed_world.events(request) == [
        "request.submitted",
        "request.review_opened",
        *["request.vote_recorded"] * 4,
        "request.approved",
    ]
    assert Delivery.objects.filter(listener="approvals.execute").count() == 1
    check_ledger()


def test_of_an_approval_and_a_denial_at_once_one_wins_and_the_other_is_told(committed_world: World) -> None:
    carol, frank = committed_world["carol"].actor(), committed_world["frank"].actor()
    for round_ in range(10):
        request = committed_world.waiting(committed_world["alice"], name=f"round-{round_}")

        answers = at_once(
            lambda: decide.approve(request.id, actor=carol, digest=request.plan_digest),  # noqa: B023 called within the round
            lambda: decide.deny(request.id, actor=frank, comment="No."),  # noqa: B023
        )

        (problem,) = [answer for answer in answers if isinstance(answer, Problem)]
        assert (problem.slug, problem.status) == ("not-open", 409)
        assert committed_world.fresh(request).status in {"queued", "denied"}
        assert Decision.objects.filter(review__request=request).count() == 1
    check_ledger()


def test_the_same_click_many_times_at_once_is_one_decision(committed_world: World) -> None:
    needs(2)
    request = committed_world.waiting(committed_world["alice"])
    carol = committed_world["carol"].actor()

    answers = at_once(*approvals_of(request, [carol] * 8))

    assert [answer for answer in answers if isinstance(answer, Problem)] == []
    assert Decision.objects.count() == 1
    assert committed_world.events(request).count("request.vote_recorded") == 1


def test_a_cancel_and_an_approval_at_once_leave_no_execution_behind_a_cancelled_request(committed_world: World) -> None:
    alice, carol = committed_world["alice"].actor(), committed_world["carol"].actor()
    for round_ in range(10):
        request = committed_world.waiting(committed_world["alice"], name=f"round-{round_}")

        at_once(
            lambda: cancel(request.id, actor=alice),  # noqa: B023
            lambda: decide.approve(request.id, actor=carol, digest=request.plan_digest),  # noqa: B023
        )

        assert committed_world.fresh(request).status == "cancelled"
        assert Delivery.objects.filter(stream=request.id, lane__isnull=False).count() == 0


def test_each_event_follows_the_one_before(committed_world: World) -> None:
    request = committed_world.waiting(committed_world["alice"])

    chain = list(Event.objects.filter(stream=request.id).order_by("seq"))

    assert [event.seq for event in chain] == [1, 2]
    assert all(bytes(before.hash).hex() in bytes(after.body).decode() for before, after in pairwise(chain))
