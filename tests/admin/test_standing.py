"""What has ended reads as history on its page, and nobody is asked to decide it any more."""

from collections.abc import Callable, Mapping

import pytest

from approvals.admin.standing import CHANGE, NOTHING_TO_DECIDE
from approvals.services.decide import deny
from approvals.services.expire import expire
from audit.actor import Actor
from autonomy.models import ActionRequest
from autonomy.services.cancel import cancel
from autonomy.status import TERMINAL, Status
from devstack.demo.manifests import deployment
from tests.admin.pages import shown, text_of
from tests.approvals.scenes import altered, approve
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import World

Play = Callable[[World], ActionRequest]


def approved(world: World) -> ActionRequest:
    return approve(world.waiting(world["alice"]), world["carol"])


def succeeded(world: World) -> ActionRequest:
    request = approved(world)
    world.work()
    return request


def failed(world: World) -> ActionRequest:
    """Two removals of one rule: the second finds nothing left."""
    first, second = (world.submit(world["alice"], "boundary.set", {"remove": True}, name="big-scale") for _ in range(2))
    world.work()
    for request in (first, second):
        approve(request, world["carol"])
        world.work()
    return second


def failed_without_plan(world: World) -> ActionRequest:
    request = world.submit(world["alice"], "boundary.set", {"remove": True}, name="no-such-boundary")
    world.work()
    return request


def denied(world: World) -> ActionRequest:
    return deny(world.waiting(world["alice"]).id, actor=world["carol"].actor(), comment="No.").request


def cancelled(world: World) -> ActionRequest:
    return cancel(world.waiting(world["alice"]).id, actor=world["alice"].actor())


def cancelled_without_plan(world: World) -> ActionRequest:
    return cancel(submitted(world).id, actor=world["alice"].actor())


def submitted(world: World) -> ActionRequest:
    return world.submit(world["alice"], "boundary.set", {"level": 1}, name="weekend")


def expired(world: World) -> ActionRequest:
    request = world.waiting(world["alice"])
    altered("UPDATE approvals_review SET expires_at = now() - interval '1 second' WHERE request_id = %s", request.id)
    expire(request.id, actor=Actor.worker())
    return request


def refused(world: World) -> ActionRequest:
    manifest = deployment("payments-dev", "api", "registry.example/payments/api:latest", 1)
    return world.submit(world["alice"], "deployment.apply", {"manifest": manifest})


def planned(world: World) -> ActionRequest:
    request = world.submit(world["alice"], "boundary.set", {"level": 1}, name="weekend", dry_run=True)
    world.work()
    return request


def without_approval(world: World) -> ActionRequest:
    return world.submit(world["alice"], "deployment.restart")


def done_without_approval(world: World) -> ActionRequest:
    request = world.submit(world["alice"], "deployment.scale", {"replicas": 3})
    world.work()
    return request


SAYS: Mapping[Play, tuple[Status, str, str]] = {
    submitted: (Status.SUBMITTED, "What would change A worker is making the plan", "It cannot be decided yet: its plan is being made."),
    approved: (Status.QUEUED, "What will change +9", "It was approved."),
    succeeded: (Status.SUCCEEDED, "What was changed +9", "It was approved."),
    failed: (Status.FAILED, "What was to be changed +0", "It has failed: there is nothing to decide any more."),
    failed_without_plan: (Status.FAILED, "What was to be changed It ended before there was a plan.", "It has failed"),
    denied: (Status.DENIED, "What would have changed +9", "It was denied."),
    cancelled: (Status.CANCELLED, "What would have changed +9", "It was cancelled: there is nothing to decide any more."),
    cancelled_without_plan: (Status.CANCELLED, "What would have changed It ended before there was a plan.", "It was cancelled"),
    expired: (Status.EXPIRED, "What would have changed +9", "Nobody decided in time."),
    refused: (Status.POLICY_FAILED, "What would have changed Policies refused it before there was a plan.", "Policies refused it, so"),
    planned: (Status.PLANNED, "What would change +7", "It was a dry run: there is nothing to decide."),
    without_approval: (Status.QUEUED, "What will change There is no plan: what needs no approval runs as asked.", "It needs no approval."),
    done_without_approval: (Status.SUCCEEDED, "What was changed There is no plan: what needs no", "It needed no approval."),
}  # fmt: skip


@pytest.mark.parametrize("play", SAYS, ids=lambda play: play.__name__)
def test_the_page_says_how_it_stands(world: World, demo_cluster: SandboxCluster, play: Play) -> None:
    request = world.fresh(play(world))
    status, change, decision = SAYS[play]

    for reader in ("frank", "gina"):  # who could have decided, and an auditor
        page = shown(world[reader].browser, request)
        text = text_of(page)
        assert request.status == status
        assert change in text
        assert f"Decision {decision}" in text
        assert (f"asks for {request.action}" in text) == (status not in TERMINAL)
        assert "It waits for" not in text


def test_there_are_words_for_every_status() -> None:
    assert set(CHANGE) == set(Status)
    assert set(NOTHING_TO_DECIDE) == set(Status) - {Status.SUBMITTED, Status.AWAITING_APPROVAL}


def test_who_voted_is_told_her_own_vote(world: World) -> None:
    request = denied(world)

    assert "Decision You have denied this just now" in text_of(shown(world["carol"].browser, request))
