"""The open review of a request as one read: stages, votes that still count, and who may decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from approvals import quorum
from approvals.errors import NotAPerson, NotOpen, NotYourStage, OwnRequest, ReviewExpired
from approvals.models import Decision, Review, ReviewStage
from approvals.quorum import GroupNeed, Vote
from approvals.routing import Rules, rules_in_force
from audit import epoch
from audit.actor import Actor, ActorKind
from audit.epoch import Epoch
from audit.problems import Problem
from audit.rows import fetch, from_json
from autonomy import queries
from autonomy.models import ActionRequest
from autonomy.status import Status

_Json = Sequence[Any] | None
"""What json_agg makes of rows; of none it makes None."""


class _Member(NamedTuple):
    """`accounts` are all that the person has."""

    person: UUID
    since: datetime
    accounts: frozenset[UUID]


@dataclass(frozen=True)
class OpenReview:
    """A review with all that a decision on it depends on.

    `eligible` maps each person to the groups that she may speak for: those of the stages that she was in when the request
    was made, and still is in. `behind` are the people who asked for it, as it is known today: an account may turn out to be an alias.
    `rules` are the approval rules of the same moment, `epoch` is the one that all of it was read in.
    """

    request: ActionRequest
    review: Review
    stages: Sequence[ReviewStage]
    decisions: Sequence[Decision]
    eligible: dict[UUID, frozenset[str]]
    behind: frozenset[UUID]
    rules: Rules
    epoch: Epoch
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

    def with_decision(self, decision: Decision) -> "OpenReview":
        return replace(self, decisions=[*self.decisions, decision])

    def groups_of(self, actor: Actor) -> frozenset[str]:
        return frozenset().union(*(self.eligible.get(person, frozenset()) for person in actor.people))


def latest(request: ActionRequest) -> OpenReview | None:
    """The newest review of a request, open or not, with the database's own time; None where it never had one."""
    return latest_of([request]).get(request.id)


READ = f"""
WITH newest AS (
  SELECT DISTINCT ON (request_id) * FROM approvals_review WHERE request_id = ANY({{requests}}) ORDER BY request_id, number DESC),
reviews AS (
  SELECT to_json(newest) AS review,
    (SELECT json_agg(stage ORDER BY stage.group_id) FROM approvals_reviewstage stage WHERE stage.review_id = newest.id) AS stages,
    (SELECT json_agg(decision ORDER BY decision.at) FROM approvals_decision decision WHERE decision.review_id = newest.id) AS decisions
  FROM newest)
SELECT statement_timestamp(), {epoch.ID}, (SELECT json_agg(reviews) FROM reviews)
"""
READ_OF_MANY = READ.format(requests="%s")
READ_WITH_REQUEST = f"""
SELECT {queries.LOADED}, found.*
FROM {queries.LOADED_FROM} CROSS JOIN LATERAL ({READ.format(requests="ARRAY[request.id]")}) found WHERE request.id = %s
"""
MEMBERS = """
SELECT person, since, ARRAY(SELECT id FROM accounts_account WHERE alias_of_id = person) FROM (
  SELECT coalesce(account.alias_of_id, account.id) AS person, membership.since
  FROM accounts_membership membership JOIN accounts_account account ON account.id = membership.account_id
  WHERE account.kind = 'person' AND account.is_active AND membership.group_id = %s) AS found
"""


def read(request_id: UUID, recognised: Epoch | None = None) -> tuple[ActionRequest | None, OpenReview | None]:
    """A request and its newest review in one statement: they fit together, and what is newer makes a change of them stale.

    `recognised` is the epoch in which who asks was. Raises Outdated.
    """
    rows = fetch(READ_WITH_REQUEST, request_id)
    if not rows:
        return None, None
    *values, now, met, reviews = rows[0]
    epoch.check(recognised, met)
    request = queries.loaded(values)
    return request, _opened([request], now, epoch.named(met), reviews).get(request.id)


def latest_of(requests: Sequence[ActionRequest]) -> dict[UUID, OpenReview]:
    """The same for many requests, by request, in one read as for one."""
    ((now, met, reviews),) = fetch(READ_OF_MANY, [request.id for request in requests])
    return _opened(requests, now, epoch.named(met), reviews)


def _opened(requests: Sequence[ActionRequest], now: datetime, met: Epoch, reviews: _Json) -> dict[UUID, OpenReview]:
    by_id = {request.id: request for request in requests}
    opened = [_open_review(by_id, row, met, now) for row in reviews or []]
    return {review.request.id: review for review in opened}


def _open_review(by_id: Mapping[UUID, ActionRequest], row: Mapping[str, Any], met: Epoch, now: datetime) -> OpenReview:
    review = from_json(Review, row["review"])
    stages = [from_json(ReviewStage, stage) for stage in row["stages"] or []]
    decisions = [from_json(Decision, decision) for decision in row["decisions"] or []]
    request = by_id[review.request_id]
    members = {stage.group_id: _members(stage.group_id, met) for stage in stages}
    asked = frozenset(request.requester_people)
    everybody = [member for group in members.values() for member in group]
    behind = asked | {member.person for member in everybody if member.accounts & (asked | {request.requester_id})}
    eligible: dict[UUID, frozenset[str]] = {}
    for group, people in members.items():
        for member in people:
            if member.since <= request.created_at and member.person not in behind:
                eligible[member.person] = eligible.get(member.person, frozenset()) | {group}
    return OpenReview(request, review, stages, decisions, eligible, behind, rules_in_force(met), met, now)


def _members(group: str, met: Epoch) -> Sequence[_Member]:
    """Who is in a group, in the epoch of a read of reviews."""
    return met.keep(
        ("members", group), lambda: [_Member(person, since, frozenset([person, *more])) for person, since, more in fetch(MEMBERS, group)]
    )
