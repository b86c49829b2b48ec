"""The open review of a request as one read: stages, votes that still count, and who may decide."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Coalesce, Now

from accounts.models import Account, Membership
from approvals import quorum
from approvals.errors import NotAPerson, NotOpen, NotYourStage, OwnRequest, ReviewExpired
from approvals.models import Decision, Review, ReviewStage
from approvals.quorum import GroupNeed, Vote
from audit.actor import Actor, ActorKind
from audit.problems import Problem
from autonomy.models import ActionRequest
from autonomy.status import Status


class _Member(NamedTuple):
    """`accounts` are all that the person has."""

    person: UUID
    group: str
    since: datetime
    accounts: frozenset[UUID]


@dataclass(frozen=True)
class OpenReview:
    """A review with all that a decision on it depends on.

    `eligible` maps each person to the groups that she may speak for: those of the stages that she was in when the request
    was made, and still is in. `behind` are the people who asked for it, as it is known today: an account may turn out to be an alias.
    """

    request: ActionRequest
    review: Review
    stages: Sequence[ReviewStage]
    decisions: Sequence[Decision]
    eligible: dict[UUID, frozenset[str]]
    behind: frozenset[UUID]
    now: datetime

    @cached_property
    def needs(self) -> list[GroupNeed]:
        return [GroupNeed(stage.group_id, stage.required) for stage in self.stages]

    @cached_property
    def votes(self) -> list[Vote]:
        """The approvals that still count: who has left a group since does not speak for it any more."""
        return [
            Vote(decision.person, frozenset(decision.groups) & self.eligible.get(decision.person, frozenset()))
            for decision in self.decisions
            if decision.verdict == Decision.Verdict.APPROVE and decision.digest == self.request.plan_digest
        ]

    @cached_property
    def approved(self) -> dict[str, int]:
        return quorum.approvals(self.needs, self.votes)

    def missing(self, *further: Vote) -> list[GroupNeed]:
        return quorum.missing(self.needs, [*self.votes, *further])

    def lost(self) -> list[str]:
        """Names of those whose approval does not count any more."""
        return [
            decision.name
            for decision in self.decisions
            if decision.verdict == Decision.Verdict.APPROVE
            and not frozenset(decision.groups) & self.eligible.get(decision.person, frozenset())
        ]

    def decision_of(self, actor: Actor) -> Decision | None:
        return next((decision for decision in self.decisions if decision.person in actor.people), None)

    def refusal(self, actor: Actor) -> Problem | None:
        """Why this actor cannot decide now, or None. One rule for all doors."""
        if actor.kind != ActorKind.PERSON:
            return NotAPerson(f"{actor.name} is not a person.")
        if len(actor.people) > 1:
            return NotAPerson(f"Somebody else issued this token of {actor.name}, so nobody can tell who of the two decides.")
        if actor.people & self.behind or actor.id == self.request.requester_id:
            return OwnRequest(f"{self.request.requester_name} asked for this; that is you.")
        if not self.groups_of(actor):
            groups = ", ".join(stage.group_id for stage in self.stages)
            return NotYourStage(f"It waits for {groups}, and {actor.name} was in none of them when it was requested.", groups=groups)
        if self.request.status != Status.AWAITING_APPROVAL:
            return NotOpen(f"The request is {self.request.status}.", current=self.request.status)
        if self.review.expires_at <= self.now:
            return ReviewExpired(f"It could be decided until {self.review.expires_at.isoformat()}.")
        return None

    def groups_of(self, actor: Actor) -> frozenset[str]:
        return frozenset().union(*(self.eligible.get(person, frozenset()) for person in actor.people))


def latest(request: ActionRequest) -> OpenReview | None:
    """The newest review of a request, open or not, with the database's own time; None where it never had one."""
    return latest_of([request]).get(request.id)


def latest_of(requests: Sequence[ActionRequest]) -> dict[UUID, OpenReview]:
    """The same for many requests, by request, in as many queries as for one."""
    by_id = {request.id: request for request in requests}
    newest = Review.objects.filter(request__in=list(by_id)).order_by("request_id", "-number").distinct("request_id").annotate(now=Now())
    reviews = list(newest.prefetch_related("stages", "decisions"))
    if not reviews:
        return {}
    members = _members({stage.group_id for review in reviews for stage in review.stages.all()})
    return {review.request_id: _open_review(by_id[review.request_id], review, members, review.now) for review in reviews}


def _open_review(request: ActionRequest, review: Review, members: Sequence[_Member], now: datetime) -> OpenReview:
    stages = list(review.stages.all())
    groups = {stage.group_id for stage in stages}
    asked = frozenset(request.requester_people)
    behind = asked | {member.person for member in members if member.accounts & (asked | {request.requester_id})}
    eligible: dict[UUID, frozenset[str]] = {}
    for member in members:
        if member.group in groups and member.since <= request.created_at and member.person not in behind:
            eligible[member.person] = eligible.get(member.person, frozenset()) | {member.group}
    return OpenReview(request, review, stages, list(review.decisions.all()), eligible, behind, now)


def _members(groups: Iterable[str]) -> list[_Member]:
    """The people in these groups, aliases resolved."""
    found = Membership.objects.filter(group_id__in=list(groups), account__kind=Account.Kind.PERSON, account__is_active=True)
    person = Coalesce("account__alias_of_id", "account_id")
    others = ArraySubquery(Account.objects.filter(alias_of=OuterRef("person")).values("pk"))
    rows = found.annotate(person=person).values_list("person", "group_id", "since", others)
    return [_Member(person, group, since, frozenset([person, *accounts])) for person, group, since, accounts in rows]
