"""What has changed between the last approval and the execution is judged again: nothing runs that would not be approved now."""

import pytest

from approvals import reviews
from approvals.services import decide
from audit.rows import fetch
from autonomy.models import ActionRequest
from tests.approvals.scenes import altered, approve, decisions, effect, executed, needs, no_rule
from tests.plugins.world import Person, World

APPROVED = ["request.submitted", "request.review_opened", "request.approved"]
LASTING = "SELECT count(*) FROM audit_delivery d JOIN audit_epoch e ON e.id = d.epoch WHERE d.stream = %s"


def lasts(request: ActionRequest) -> bool:
    """Whether the claim will find that nothing can have changed since it was judged."""
    return fetch(LASTING, request.id) == [(1,)]


def test_what_was_judged_in_an_epoch_that_lasts_is_claimed_at_once(
    world: World, alice: Person, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = approve(world.waiting(alice), carol)
    assert lasts(request)

    with monkeypatch.context() as patched:
        patched.delattr(reviews, "read")
        assert executed(world, request).status == "succeeded"
    assert effect()


def test_a_change_that_does_not_concern_it_has_it_judged_again_and_run(world: World, alice: Person, carol: Person, frank: Person) -> None:
    request = approve(world.waiting(alice), carol)
    world.leave(frank, "platform-admins")
    assert not lasts(request)

    assert executed(world, request).status == "succeeded"
    assert effect()


def test_an_approver_who_has_lost_the_role_since_is_replaced_by_another(world: World, alice: Person, carol: Person, frank: Person) -> None:
    request = approve(world.waiting(alice), carol)
    world.leave(carol, "platform-admins")

    assert executed(world, request).status == "awaiting_approval"
    assert not effect()
    assert world.events(request) == [*APPROVED, "request.approval_voided"]

    approve(request, frank)
    assert executed(world, request).status == "succeeded"
    assert effect()


def test_who_has_come_back_since_counts_as_new(world: World, alice: Person, carol: Person) -> None:
    request = approve(world.waiting(alice), carol)
    world.leave(carol, "platform-admins")
    world.join(carol, "platform-admins")

    assert executed(world, request).status == "awaiting_approval"
    assert not effect()


def test_of_two_approvals_the_one_that_still_counts_is_kept(world: World, alice: Person, carol: Person, frank: Person) -> None:
    needs(platform_admins=2)
    world.join(world["dave"], "platform-admins", hours=1)
    request = approve(world.waiting(alice), carol, frank)
    world.leave(frank, "platform-admins")

    assert executed(world, request).status == "awaiting_approval"
    approve(request, world["dave"])

    assert executed(world, request).status == "succeeded"
    assert decisions(request) == [("carol", "approve"), ("frank", "approve"), ("dave", "approve")]


def test_a_deactivated_approver_does_not_count(world: World, alice: Person, carol: Person) -> None:
    request = approve(world.waiting(alice), carol)
    carol.account.is_active = False
    carol.account.save()

    assert executed(world, request).status == "awaiting_approval"
    assert not effect()


def test_a_rule_that_asks_for_more_now_is_asked_anew(world: World, alice: Person, carol: Person, frank: Person) -> None:
    request = approve(world.waiting(alice), carol)
    needs(platform_admins=2)

    reopened = executed(world, request)
    assert (reopened.status, reopened.reviews.count()) == ("awaiting_approval", 2)
    assert world.events(request) == [*APPROVED, "request.review_reopened"]
    assert not effect()

    approve(request, carol, frank)
    assert executed(world, request).status == "succeeded"


def test_a_rule_that_was_deleted_ends_the_request(world: World, alice: Person, carol: Person) -> None:
    request = approve(world.waiting(alice), carol)
    no_rule()

    ended = executed(world, request)
    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "NoApprovalRule"
    assert not effect()


def test_the_target_of_a_rule_that_was_made_by_another_way_meanwhile_is_reviewed_anew(world: World, alice: Person, carol: Person) -> None:
    first, second = world.waiting(alice), world.waiting(alice, level=2)
    approve(first, carol)
    approve(second, carol)

    assert executed(world, first).status == "succeeded"
    drifted = world.fresh(second)
    assert drifted.status == "awaiting_approval"
    assert drifted.plan_digest != second.plan_digest
    assert world.events(second)[-2:] == ["request.started", "request.drifted"]


@pytest.mark.parametrize(
    "alteration",
    [
        """UPDATE autonomy_actionrequest SET parameters = '{"level": 1, "actions": ["*"]}' WHERE id = %s""",
        "UPDATE autonomy_actionrequest SET name = 'everything' WHERE id = %s",
        "UPDATE autonomy_actionrequest SET action = 'approval-rule.set', kind = 'ApprovalRule' WHERE id = %s",
        "UPDATE autonomy_actionrequest SET fixed = '{\"stamp\": 1}' WHERE id = %s",
        "UPDATE autonomy_plan SET body = body || ' '::bytea WHERE request_id = %s",
        "UPDATE autonomy_plan SET body = '{}'::bytea, digest = 'sha256:' || encode(sha256('{}'::bytea), 'hex') WHERE request_id = %s",
        "UPDATE autonomy_actionrequest SET plan_id = NULL WHERE id = %s",
    ],
)
def test_a_stored_request_that_somebody_altered_does_not_run(world: World, alice: Person, carol: Person, alteration: str) -> None:
    request = approve(world.waiting(alice), carol)
    altered(alteration, request.id)

    ended = executed(world, request)
    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "Tampered"
    assert not effect()
    assert not effect("everything")


def test_an_approval_of_another_plan_that_somebody_wrote_into_the_decision_does_not_count(
    world: World, alice: Person, carol: Person
) -> None:
    needs(platform_admins=2)
    request = approve(world.waiting(alice), carol)
    altered("UPDATE approvals_decision SET digest = 'sha256:other' WHERE account_id = %s", carol.account.id)

    decide.approve(request.id, actor=world["frank"].actor(), digest=request.plan_digest)

    assert executed(world, request).status == "awaiting_approval"
