"""Random verbs by random people on the real services: whatever the order, the rules of a request's life hold."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from approvals import quorum
from approvals.models import Decision
from approvals.quorum import GroupNeed, Vote
from approvals.services import decide
from audit import reading
from audit.models import Delivery, Event
from audit.outbox import Message
from audit.problems import Problem
from audit.verify import verify
from autonomy.models import ActionRequest, Boundary
from autonomy.services.cancel import cancel
from autonomy.services.claim import claim
from autonomy.status import INITIAL, TERMINAL, TRANSITIONS, Status
from tests.approvals.scenes import needs
from tests.autonomy.scenes import WORKER
from tests.plugins.world import Person, World, waiting_messages
from workers.deliveries import hear
from workers.sweeper import sweep_once

PEOPLE = ("alice", "bob", "carol", "frank", "dave", "erin", "gina", "ci-payments")
ADMINS = ("carol", "frank")
RULES: tuple[dict[str, int], ...] = ({"platform_admins": 1}, {"platform_admins": 2}, {"platform_admins": 1, "security": 1})
people = st.sampled_from(PEOPLE)
deciders = st.sampled_from([*ADMINS * 3, "dave", "erin", *PEOPLE])
any_request = st.integers(0, 5)
"""Counted from the youngest."""


class Life(RuleBasedStateMachine):
    """Requests for boundaries, which need no cluster, and such as run at once (and find no cluster)."""

    world: World
    reached: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.made: list[ActionRequest] = []
        self.ended: dict[object, tuple[str, int]] = {}
        self.old: list[Message] = []
        for admin in ADMINS:
            self.world.join(self.person(admin), "platform-admins", hours=2)

    def person(self, name: str) -> Person:
        return self.world[name]

    @initialize(runs=st.booleans(), removes=st.booleans())
    def the_first_requests(self, runs: bool, removes: bool) -> None:
        self.submits("alice", "one", level=0 if removes else 3, dry_run=False)
        if runs:
            self.all_reviewers_approve_and_it_runs_when_some_have_left(0, set())
        self.submits("alice", "two", level=3, dry_run=False)
        self.world.work("approvals.plan")

    @rule(who=people, slug=st.sampled_from(["one", "two"]), level=st.sampled_from([0, 1, 3]), dry_run=st.sampled_from([False, False, True]))
    def submits(self, who: str, slug: str, level: int, dry_run: bool) -> None:
        parameters: dict[str, Any] = {"level": level, "actions": ["x"], "reason": "Because."} if level else {"remove": True}
        request = self.quietly(lambda: self.world.submit(self.person(who), "boundary.set", parameters, name=slug, dry_run=dry_run))
        self.made += [request] if request else []

    @rule()
    def submits_what_runs_at_once(self) -> None:
        self.made.append(self.world.submit(self.person("alice"), "deployment.scale", {"replicas": 1}))

    def one(self, position: int) -> ActionRequest:
        return self.made[-1 - position % len(self.made)]

    @rule(position=any_request, who=deciders)
    def approves(self, position: int, who: str) -> None:
        request = self.one(position)
        digest = self.world.fresh(request).plan_digest
        self.quietly(lambda: decide.approve(request.id, actor=self.person(who).actor(), digest=digest))

    @rule(position=any_request, leaves=st.sets(st.sampled_from(ADMINS)))
    def all_reviewers_approve_and_it_runs_when_some_have_left(self, position: int, leaves: set[str]) -> None:
        self.workers_do_what_there_is()
        for who in (*ADMINS, "dave", "erin"):
            self.approves(position, who)
        for who in leaves:
            self.world.leave(self.person(who), "platform-admins")
        self.workers_do_what_there_is()

    @rule(position=any_request, who=deciders)
    def denies(self, position: int, who: str) -> None:
        request = self.one(position)
        self.quietly(lambda: decide.deny(request.id, actor=self.person(who).actor(), comment="No."))

    @rule(position=any_request, who=st.sampled_from([*["the requester"] * 8, *PEOPLE]))
    def cancels(self, position: int, who: str) -> None:
        request = self.one(position)
        actor = self.person(request.requester_name if who == "the requester" else who).actor()
        self.quietly(lambda: cancel(request.id, actor=actor))

    @rule()
    def workers_do_what_there_is(self) -> None:
        self.world.work("approvals.plan")
        Delivery.objects.update(not_before=None)
        for message in waiting_messages("approvals.execute", "autonomy.execute"):
            self.old.append(message)
            self.run(message)

    @rule(position=st.integers(0, 20))
    def an_old_hint_comes_again(self, position: int) -> None:
        if self.old:
            self.run(self.old[position % len(self.old)])

    @rule(times=st.integers(1, 5))
    def a_worker_crashes_after_its_claims(self, times: int) -> None:
        for _ in range(times):
            for message in waiting_messages("autonomy.execute"):
                claim(message, actor=WORKER)
            Delivery.objects.filter(lease_until__isnull=False).update(lease_until="2020-01-01T00:00:00Z")

    @rule()
    def the_sweeper_comes_by(self) -> None:
        sweep_once()

    @rule(asked=st.sampled_from(RULES))
    def the_approval_rule_changes(self, asked: dict[str, int]) -> None:
        needs(**asked)

    @rule(who=st.sampled_from([*ADMINS, "dave"]), since=st.sampled_from([0, 2]))
    def somebody_becomes_admin(self, who: str, since: int) -> None:
        self.world.join(self.person(who), "platform-admins", hours=since)

    def run(self, message: Message) -> None:
        """What a worker does that gets this hint; an approved request runs only with a quorum that holds at this moment."""
        request = ActionRequest.objects.get(pk=message.stream)
        before = Boundary.objects.filter(slug=request.name).values_list("head", flat=True).first()
        may = request.level < 3 or self.quorum_holds(request)
        hear(message)
        if not may:
            assert Boundary.objects.filter(slug=request.name).values_list("head", flat=True).first() == before

    def quorum_holds(self, request: ActionRequest) -> bool:
        review = request.reviews.order_by("-number").first()
        if review is None:
            return False
        groups = {name: set(self.person(name).actor().groups) for name in PEOPLE}
        votes = [
            Vote(decision.person, frozenset(decision.groups) & frozenset(groups[decision.name]))
            for decision in review.decisions.filter(verdict="approve")
        ]
        return not quorum.missing([GroupNeed(stage.group_id, stage.required) for stage in review.stages.all()], votes)

    def quietly(self, verb: Callable[[], Any]) -> Any:
        """The answer, or None where the verb was refused; then nothing but a review that was opened anew may be new."""
        before, refusal = Event.objects.count(), ""
        try:
            return verb()
        except Problem as problem:
            refusal = type(problem).slug
        assert refusal == "review-changed" or Event.objects.count() == before
        return None

    @invariant()
    def the_rules_hold(self) -> None:
        streams = [request.id for request in self.made]
        told: dict[object, list[Event]] = {stream: [] for stream in streams}
        for event in Event.objects.filter(stream__in=streams).order_by("stream", "seq"):
            told[event.stream].append(event)
        for request in ActionRequest.objects.filter(pk__in=streams):
            events = [event.type for event in told[request.id]]
            self.every_step_is_one_of_the_table([Status(event.status) for event in told[request.id]], request)
            self.what_has_ended_stays_as_it_ended(request)
            assert events.count("request.succeeded") <= 1
            assert not (request.dry_run and "request.started" in events)
            if request.level == 3 and "request.started" in events:
                assert "request.approved" in events[: events.index("request.started")]

    def every_step_is_one_of_the_table(self, told: list[Status], request: ActionRequest) -> None:
        assert told[0] in INITIAL
        assert [step for step in pairwise(told) if step[1] not in TRANSITIONS.get(step[0], ())] == []
        assert request.status == told[-1]

    def what_has_ended_stays_as_it_ended(self, request: ActionRequest) -> None:
        if request.status in TERMINAL:
            assert self.ended.setdefault(request.id, (request.status, request.seq)) == (request.status, request.seq)
            assert request.finished_at is not None

    @invariant()
    def nothing_is_left_to_do_for_what_has_ended(self) -> None:
        ended = ActionRequest.objects.filter(status__in=TERMINAL).values("pk")
        assert not Delivery.objects.filter(stream__in=ended, lane__isnull=False).exists()

    @invariant()
    def nobody_decides_twice_or_on_her_own(self) -> None:
        rows = list(Decision.objects.values_list("review_id", "person", "review__request__requester_people"))
        assert len({(review, person) for review, person, _ in rows}) == len(rows)
        assert not [person for _, person, requesters in rows if person in requesters]

    def teardown(self) -> None:
        try:
            assert verify(reading.events(), [], public_keys=[]).faults == []
            self.reached |= set(ActionRequest.objects.values_list("status", flat=True))
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)


def test_whatever_happens_the_rules_of_a_request_s_life_hold(world: World) -> None:
    reached: set[str] = set()

    class InThisWorld(Life):
        def __init__(self) -> None:
            self.world, self.reached = world, reached
            super().__init__()

    quick = settings(max_examples=20, stateful_step_count=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(InThisWorld, settings=quick)

    assert reached >= {"awaiting_approval", "succeeded", "failed"}
