"""Cancelling, by who asked."""

from uuid import UUID

from audit import outbox
from audit.actor import Actor
from audit.ledger import Change, commit, judged_again
from autonomy import queries
from autonomy.errors import MayNotCancel
from autonomy.models import ActionRequest
from autonomy.status import Status, check


@judged_again
def cancel(request_id: UUID, *, actor: Actor) -> ActionRequest:
    """End a request that has not started; cancelling again changes nothing. The people behind a request are who may: a service
    account's owner answers for what it asks for.

    Raises MayNotSee, MayNotCancel, IllegalTransition.
    """
    request = queries.read(request_id, actor=actor)
    if not actor.people & set(request.requester_people) and actor.id != request.requester_id:
        raise MayNotCancel(f"{request.requester_name} asked for this, so only {request.requester_name} may cancel it.")
    if request.status == Status.CANCELLED:
        return request
    check(request.status, Status.CANCELLED)
    change = Change(request, "request.cancelled", actor).withdraw()
    commit(change.set(status=Status.CANCELLED, finished_at=change.at))
    outbox.publish(outbox.next_in_lane(request.where))
    return request
