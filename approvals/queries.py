"""What waits for whom, without a query per row."""

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from accounts.models import Account, Membership
from approvals.models import Decision, Review, ReviewStage
from audit.actor import Actor, ActorKind
from autonomy.models import ActionRequest
from autonomy.queries import visible
from autonomy.status import Status


def waiting_for(actor: Actor) -> QuerySet[ActionRequest]:
    """Requests whose open review this person may decide and has not decided yet, oldest first. The same rule as OpenReview.refusal."""
    waiting = visible(actor).filter(status=Status.AWAITING_APPROVAL).order_by("created_at", "id")
    if actor.kind != ActorKind.PERSON or len(actor.people) > 1:
        return waiting.none()
    newest = Review.objects.filter(request=OuterRef("pk")).order_by("-number")
    return (
        waiting.exclude(requester_id=actor.id)
        .exclude(requester_people__overlap=sorted(actor.people))
        .exclude(requester_people__overlap=Account.objects.filter(alias_of__in=actor.people).values("pk"))
        .annotate(review_id=Subquery(newest.values("pk")[:1]))
        .filter(
            Exists(Review.objects.filter(pk=OuterRef("review_id"), expires_at__gt=Now())),
            Exists(ReviewStage.objects.filter(review=OuterRef("review_id")).filter(Exists(_membership(actor)))),
            ~Exists(Decision.objects.filter(review=OuterRef("review_id"), person__in=actor.people)),
        )
    )


def _membership(actor: Actor) -> QuerySet[Membership]:
    """A membership of this person (or an alias of hers) in the stage's group, from before the request."""
    accounts = Q(account_id__in=actor.people) | Q(account__alias_of_id__in=actor.people)
    return Membership.objects.filter(
        accounts,
        group_id=OuterRef("group_id"),
        since__lte=OuterRef("review__request__created_at"),
        account__kind=Account.Kind.PERSON,
        account__is_active=True,
    )
