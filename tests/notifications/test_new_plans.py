"""A new plan disarms the old buttons: nobody approves what she has not seen."""

from approvals.models import ApprovalRule
from autonomy.models import Boundary
from tests.notifications.conftest import Slack, buttons_of, votes_of, words_of
from tests.plugins.sandbox_slack import APPROVALS


def drifted(slack: Slack) -> tuple[object, str]:
    """A request whose target somebody changed between its approval and its execution; the value of its first buttons."""
    world = slack.world
    request = slack.asked("alice", name="big-scale")
    value = slack.message()["blocks"][-1]["elements"][0]["value"]
    slack.click("carol", "approve")
    world.work("notifications.show")
    Boundary.objects.filter(slug="big-scale").update(namespaces=["other-*"])
    world.work()
    return request, value


def test_the_old_message_has_no_buttons_and_the_new_one_shows_the_new_plan(slack: Slack) -> None:
    drifted(slack)

    old, new = slack.sandbox.messages(APPROVALS)

    assert "Replaced by a newer review" in words_of(old)
    assert buttons_of(old) == []
    assert "The target has changed since it was approved." in words_of(new)
    assert "other-*" in words_of(new)
    assert buttons_of(new) == ["approve", "deny", "open"]
    assert any("The target has changed" in told for told in slack.told("alice"))


def test_a_button_of_the_old_plan_approves_nothing(slack: Slack) -> None:
    request, value = drifted(slack)
    old, new = slack.sandbox.messages(APPROVALS)
    assert value != new["blocks"][-1]["elements"][0]["value"]

    slack.click("frank", "approve", message=old, value=value)

    assert "*The plan is another one by now*" in slack.whispers("frank")[0]
    assert "Plan 1 was replaced by plan 2." in slack.whispers("frank")[0]
    assert votes_of(request) == [("carol", "approve", "slack")]  # type: ignore[arg-type]
    assert slack.world.fresh(request).status == "awaiting_approval"  # type: ignore[arg-type]


def test_changed_rules_ask_anew(slack: Slack) -> None:
    request = slack.asked()
    ApprovalRule.objects.filter(slug="rules-by-admins").update(needs={"security": 1}, slack_channel="C0SECURITY")

    slack.click("carol", "approve")
    slack.world.work()

    assert "*The approval rules have changed*" in slack.whispers("carol")[0]
    (old,) = [message for message in slack.sandbox.messages(APPROVALS) if not message["ephemeral_to"]]
    assert buttons_of(old) == []
    assert "1 of security" in words_of(slack.message("C0SECURITY"))
    slack.click("dave", "approve", channel="C0SECURITY")
    slack.world.work()
    assert slack.world.fresh(request).status == "succeeded"
