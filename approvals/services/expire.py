"""Ending what nobody decided in time."""

from uuid import UUID

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from approvals.models import Review
from approvals.reviews import latest
from audit.actor import Actor
from audit.ledger import Change, commit, judged_again
from autonomy.models import ActionRequest
from autonomy.status import Status


def overdue() -> list[UUID]:
    """Requests that wait although their newest review has run out, by the database's clock."""
    newer = Review.objects.filter(request=OuterRef("request"), number__gt=OuterRef("number"))
    waiting = Review.objects.filter(~Exists(newer), expires_at__lte=Now(), request__status=Status.AWAITING_APPROVAL)
    return list(waiting.order_by("expires_at").values_list("request_id", flat=True)[:1000])


@judged_again
def expire(request_id: UUID, *, actor: Actor) -> None:
    """End a request whose open review has run out; anything else is left alone."""
    request = ActionRequest.objects.select_related("plan").get(pk=request_id)
    review = latest(request)
    if request.status != Status.AWAITING_APPROVAL or review is None or review.review.expires_at > review.now:
        return
    change = Change(request, "request.expired", actor, {"expired_at": review.review.expires_at})
    commit(change.set(status=Status.EXPIRED, finished_at=change.at))
