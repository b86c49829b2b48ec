"""The static table of who listens to which events, and what each listener does."""

from collections.abc import Callable, Mapping
from typing import cast

from approvals.services.execute import execute_approved
from approvals.services.open_review import plan
from audit.models import Streamed
from audit.outbox import Listener, Message
from autonomy.models import ActionRequest
from autonomy.services.execute import execute


def _lane(subject: Streamed) -> str:
    return cast("ActionRequest", subject).where


LISTENERS = (
    Listener("autonomy.execute", "actions", frozenset({"request.queued"}), lane=_lane),
    Listener("approvals.plan", "changes", frozenset({"request.submitted"})),
    Listener("approvals.execute", "changes", frozenset({"request.approved"}), lane=_lane),
)

EXECUTORS: Mapping[str, Callable[[Message], None]] = {"autonomy.execute": execute, "approvals.execute": execute_approved}
"""These claim the request itself; their delivery goes with the end of the request."""

HEARERS: Mapping[str, Callable[[Message], None]] = {"approvals.plan": plan}
"""These hear of an event under a lease of the delivery alone, and may hear of it twice."""

REQUEST_DEPENDS_ON = frozenset({*EXECUTORS, "approvals.plan"})
"""When one of these cannot be delivered, the request fails; any other delivery is dead, visible, and the request goes on."""
