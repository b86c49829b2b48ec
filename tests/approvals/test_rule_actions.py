"""The product's own rules change by approval only: created, replaced and removed, each in one statement with the end of its request."""

from typing import Any

import pytest

from approvals.models import ApprovalRule
from autonomy.errors import BadParameters
from autonomy.models import ActionRequest, Boundary
from tests.approvals.scenes import approve, executed
from tests.plugins.world import Person, World

RULE = {"actions": ["deployment.*"], "environments": ["prod"], "needs": {"security": 2}, "expires_after_hours": 24}


def changed(world: World, action: str, name: str, parameters: dict[str, Any]) -> ActionRequest:
    request = world.submit(world["alice"], action, parameters, name=name)
    world.work()
    approve(request, world["carol"])
    return executed(world, request)


def test_a_rule_is_created_as_it_was_reviewed(world: World) -> None:
    request = changed(world, "approval-rule.set", "prod-by-security", RULE)

    assert request.status == "succeeded"
    assert request.result == {"message": "The ApprovalRule prod-by-security was created.", "created": True}
    rule = ApprovalRule.objects.get(slug="prod-by-security")
    assert (rule.actions, rule.environments, rule.namespaces) == (["deployment.*"], ["prod"], [])
    assert (rule.needs, rule.expires_after_hours, rule.slack_channel) == ({"security": 2}, 24, "")
    assert world.events(rule) == ["ApprovalRule.created"]


def test_a_rule_is_replaced_as_a_whole(world: World) -> None:
    changed(world, "approval-rule.set", "prod-by-security", RULE)
    request = changed(world, "approval-rule.set", "prod-by-security", {"needs": {"security": 1}})

    assert request.status == "succeeded"
    assert request.result == {"message": "The ApprovalRule prod-by-security was replaced.", "replaced": True}
    rule = ApprovalRule.objects.get(slug="prod-by-security")
    assert (rule.actions, rule.environments, rule.needs, rule.expires_after_hours) == ([], [], {"security": 1}, 72)
    assert world.events(rule) == ["ApprovalRule.created", "ApprovalRule.replaced"]


def test_a_rule_is_removed_and_its_history_stays(world: World) -> None:
    changed(world, "approval-rule.set", "prod-by-security", RULE)
    rule = ApprovalRule.objects.get(slug="prod-by-security")

    request = changed(world, "approval-rule.set", "prod-by-security", {"remove": True})

    assert request.status == "succeeded"
    assert request.result == {"message": "The ApprovalRule prod-by-security was removed.", "removed": True}
    assert not ApprovalRule.objects.filter(slug="prod-by-security").exists()
    assert world.events(rule) == ["ApprovalRule.created", "ApprovalRule.removed"]


def test_a_new_rule_counts_for_what_is_submitted_after_it(world: World, alice: Person) -> None:
    changed(world, "approval-rule.set", "weekly", {"actions": ["boundary.set"], "needs": {"security": 1}})
    request = world.waiting(alice)

    stages = request.reviews.get().stages.values_list("group_id", "required")
    assert list(stages) == [("platform-admins", 1), ("security", 1)]


def test_a_boundary_counts_as_soon_as_it_is_there_and_no_longer_than_that(world: World, alice: Person) -> None:
    parameters = {"level": 3, "actions": ["deployment.restart"], "environments": ["dev"], "reason": "Quiet, please."}
    assert world.submit(alice, "deployment.restart", name="other").level == 1

    changed(world, "boundary.set", "quiet", parameters)
    restricted = world.submit(alice, "deployment.restart", name="other")
    assert (restricted.level, restricted.level_because) == (3, [{"boundary": "quiet", "level": 3, "reason": "Quiet, please."}])

    changed(world, "boundary.set", "quiet", {"remove": True})
    assert world.submit(alice, "deployment.restart", name="other").level == 1


def test_what_another_change_has_done_to_the_rule_meanwhile_is_reviewed_anew(world: World, alice: Person, carol: Person) -> None:
    changed(world, "approval-rule.set", "prod-by-security", RULE)
    removal = world.submit(alice, "approval-rule.set", {"remove": True}, name="prod-by-security")
    world.work()
    changed(world, "approval-rule.set", "prod-by-security", {**RULE, "needs": {"security": 1}})
    approve(removal, carol)

    assert executed(world, removal).status == "awaiting_approval"
    assert world.events(removal)[-1] == "request.drifted"
    assert ApprovalRule.objects.filter(slug="prod-by-security").exists()

    approve(removal, carol)
    assert executed(world, removal).status == "succeeded"
    assert not ApprovalRule.objects.filter(slug="prod-by-security").exists()


def test_to_remove_what_is_not_there_fails_before_anybody_is_asked(world: World, alice: Person) -> None:
    request = world.submit(alice, "boundary.set", {"remove": True}, name="nothing")

    ended = executed(world, request)
    assert (ended.status, ended.reviews.count()) == ("failed", 0)


@pytest.mark.parametrize(
    ("action", "parameters", "pointer"),
    [
        ("approval-rule.set", {"needs": {"nobody": 1}}, "/parameters/needs/nobody"),
        ("approval-rule.set", {"needs": {"security": 0}}, "/parameters/needs/security"),
        ("approval-rule.set", {"actions": ["x"]}, "/parameters"),
        ("boundary.set", {"level": 3, "actions": ["x"]}, "/parameters"),
        ("boundary.set", {"level": 3, "reason": " "}, "/parameters"),
        ("boundary.set", {"level": 4, "reason": "x"}, "/parameters/level"),
        ("boundary.set", {"level": 3, "reason": "x", "condition": "parameters.replicas >"}, "/parameters/condition"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(world: World, alice: Person, action: str, parameters: dict[str, Any], pointer: str) -> None:
    with pytest.raises(BadParameters) as refused:
        world.submit(alice, action, parameters, name="odd")

    assert refused.value.pointer == pointer
    assert (ActionRequest.objects.count(), Boundary.objects.filter(slug="odd").count()) == (0, 0)


def test_the_last_rule_for_rules_cannot_be_removed(world: World, alice: Person, carol: Person) -> None:
    request = world.submit(alice, "approval-rule.set", {"remove": True}, name="rules-by-admins")

    ended = executed(world, request)

    assert ended.status == "failed"
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "LockOut"
    assert ApprovalRule.objects.filter(slug="rules-by-admins").exists()


def test_a_rule_cannot_ask_auditors_who_change_nothing(world: World, alice: Person) -> None:
    with pytest.raises(BadParameters, match="auditors read everything and change nothing: name another group") as refused:
        world.submit(alice, "approval-rule.set", {"needs": {"security": 1, "auditors": 1}}, name="watched")

    assert refused.value.pointer == "/parameters/needs/auditors"
    assert not ActionRequest.objects.exists()


def test_a_rule_cannot_ask_for_more_people_than_there_are(world: World, alice: Person) -> None:
    with pytest.raises(BadParameters) as refused:
        world.submit(alice, "approval-rule.set", {"needs": {"security": 3}}, name="three-eyes")

    assert refused.value.pointer == "/parameters/needs/security"
