"""The static table of who listens to which events, and what each listener does."""

from collections.abc import Callable, Mapping
from typing import cast

from approvals.services.execute import execute_approved
from approvals.services.open_review import plan
from audit.models import Streamed
from audit.outbox import Listener, Message
from autonomy.models import ActionRequest, Level
from autonomy.services.execute import execute
from notifications.services.show import CHANGES, show
from notifications.services.tell import NEWS, tell
from notifications.wanted import wanted


def _lane(subject: Streamed) -> str:
    return cast("ActionRequest", subject).where


def _people_decide(subject: Streamed) -> bool:
    """Only what people review is told; a dry run is told to nobody."""
    request = cast("ActionRequest", subject)
    return wanted() and not request.dry_run and (request.level == Level.RESTRICTED or request.override is not None)


PATIENCE = 24
"""Attempts with a channel of people, which may be away: about three hours (deliveries.LONGEST_PAUSE)."""

LISTENERS = (
    Listener("autonomy.execute", "actions", frozenset({"request.queued"}), lane=_lane),
    Listener("approvals.plan", "changes", frozenset({"request.submitted"})),
    Listener("approvals.execute", "changes", frozenset({"request.approved"}), lane=_lane),
    Listener("notifications.show", "notifications", CHANGES, when=_people_decide, attempts=PATIENCE),
    Listener("notifications.tell", "notifications", NEWS, when=_people_decide, attempts=PATIENCE),
)

EXECUTORS: Mapping[str, Callable[[Message], None]] = {"autonomy.execute": execute, "approvals.execute": execute_approved}
"""These claim the request itself; their delivery goes with the end of the request."""

HEARERS: Mapping[str, Callable[[Message], None]] = {
    "approvals.plan": plan,
    "notifications.show": show,
    "notifications.tell": tell,
}
"""These hear of an event under a lease of the delivery alone, and may hear of it twice."""

REQUEST_DEPENDS_ON = frozenset({*EXECUTORS, "approvals.plan"})
"""When one of these cannot be delivered, the request fails; any other delivery is dead, visible, and the request goes on."""
