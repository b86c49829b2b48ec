"""A request as people see it in Slack: everything from the database as it is now, so that no late message can show an older state."""

import json
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from approvals.links import admin_url
from approvals.models import Decision
from approvals.reviews import OpenReview, latest
from autonomy import catalogue
from autonomy.models import ActionRequest
from autonomy.status import Status

PREFIX = 32
"""Hexadecimal digits of a plan's digest in a button: 128 bits, so nobody finds two plans that share them."""


@dataclass(frozen=True)
class Card:
    request: ActionRequest
    review: OpenReview | None

    @cached_property
    def title(self) -> str:
        """What the catalogue calls the action; its bare name where it is not in the catalogue any more."""
        found = catalogue.actions().get(self.request.action)
        return found.title if found else self.request.action

    @cached_property
    def url(self) -> str:
        return admin_url(self.request)

    @cached_property
    def difference(self) -> str:
        return str(json.loads(bytes(self.request.plan.body))["diff"]) if self.request.plan else ""

    @property
    def asked(self) -> OpenReview:
        """The review, where there must be one."""
        assert self.review is not None  # noqa: S101
        return self.review

    @property
    def is_open(self) -> bool:
        """Whether people can decide now."""
        review = self.review
        return review is not None and self.request.status == Status.AWAITING_APPROVAL and review.review.expires_at > review.now

    @property
    def approvals(self) -> list[Decision]:
        return [vote for vote in self.decisions if vote.verdict == Decision.Verdict.APPROVE]

    @property
    def decisions(self) -> list[Decision]:
        return list(self.review.decisions) if self.review else []

    @property
    def denial(self) -> Decision | None:
        return next((vote for vote in self.decisions if vote.verdict == Decision.Verdict.DENY), None)

    @property
    def value(self) -> str:
        """What a button carries: which request, and which plan was seen. It authorises nothing."""
        return f"{self.request.id}:{prefix_of(self.request.plan_digest)}"


def prefix_of(digest: str) -> str:
    return digest.rpartition(":")[2][:PREFIX]


def read(request_id: UUID) -> Card:
    """The request first, then its review: what is newer makes another round, never an older picture."""
    request = ActionRequest.objects.select_related("plan", "requester").get(pk=request_id)
    return Card(request, latest(request))
