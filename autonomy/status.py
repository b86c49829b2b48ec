"""The one state machine of an action request."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices

from audit.problems import Problem


class Status(TextChoices):
    SUBMITTED = "submitted"
    POLICY_FAILED = "policy_failed"
    PLANNED = "planned"
    AWAITING_APPROVAL = "awaiting_approval"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DENIED = "denied"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


INITIAL = frozenset({Status.SUBMITTED, Status.QUEUED, Status.POLICY_FAILED})
"""Level 1 and 2 requests are born queued or refused; what needs a plan is born submitted."""

TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.SUBMITTED: frozenset({Status.AWAITING_APPROVAL, Status.PLANNED, Status.FAILED, Status.CANCELLED, Status.EXPIRED}),
        Status.AWAITING_APPROVAL: frozenset(
            {Status.QUEUED, Status.DENIED, Status.CANCELLED, Status.EXPIRED, Status.FAILED, Status.AWAITING_APPROVAL}
        ),
        Status.QUEUED: frozenset({Status.RUNNING, Status.CANCELLED, Status.FAILED, Status.AWAITING_APPROVAL}),
        Status.RUNNING: frozenset({Status.RUNNING, Status.SUCCEEDED, Status.FAILED, Status.AWAITING_APPROVAL}),
    }
)

TERMINAL = frozenset(Status) - frozenset(TRANSITIONS)
CANCELLABLE = frozenset(status for status, followers in TRANSITIONS.items() if Status.CANCELLED in followers)


class IllegalTransition(Problem):
    """The request is not in a state from which this can happen."""

    slug = "illegal-transition"
    status = 409
    title = "The request is in another state"
    hint = "Read the request again: somebody or something moved it on."

    def __init__(self, current: Status, wanted: Status) -> None:
        super().__init__(f"A request that is {current.value} cannot become {wanted.value}.", current=current.value)


def check(current: str, wanted: str) -> None:
    """Raise IllegalTransition unless the table allows it."""
    if Status(wanted) not in TRANSITIONS.get(Status(current), frozenset()):
        raise IllegalTransition(Status(current), Status(wanted))
