"""Clicks that come twice, late, from the wrong person, or about another plan: judged by the server, never by the button."""

from typing import Any

from accounts.models import Account
from approvals.models import Decision
from audit.actor import Actor
from audit.models import Event
from autonomy.models import ActionRequest
from notifications.models import SlackIdentity
from notifications.services.link import unlink
from tests.notifications.conftest import Slack, buttons_of, votes_of, words_of
from tests.plugins.sandbox_slack import TEAM


def nothing_happened(request: ActionRequest) -> bool:
    status = ActionRequest.objects.get(pk=request.pk).status
    types = list(Event.objects.filter(stream=request.pk).values_list("type", flat=True))
    return status == "awaiting_approval" and votes_of(request) == [] and "request.approved" not in types


def test_the_same_click_five_times_is_one_decision(slack: Slack) -> None:
    request = slack.asked()

    answer = slack.click("carol", "approve", times=5)
    slack.world.work()

    assert [delivery["status"] for delivery in answer["deliveries"]] == [200] * 5
    assert votes_of(request) == [("carol", "approve", "slack")]
    assert slack.world.events(request).count("request.approved") == 1
    assert slack.whispers("carol") == []


def test_the_same_click_five_times_at_once_is_one_decision(slack: Slack) -> None:
    request = slack.asked()

    answer = slack.click("carol", "approve", times=5, concurrent=True)
    slack.world.work()

    assert [delivery["status"] for delivery in answer["deliveries"]] == [200] * 5
    assert votes_of(request) == [("carol", "approve", "slack")]
    assert slack.world.events(request).count("request.approved") == 1


def test_a_denial_submitted_five_times_is_one_decision(slack: Slack) -> None:
    request = slack.asked()
    slack.click("carol", "deny")

    answer = slack.sandbox.submit("carol", {"comment": "no"}, times=5, concurrent=True)

    assert [delivery["status"] for delivery in answer["deliveries"]] == [200] * 5
    assert votes_of(request) == [("carol", "deny", "slack")]
    assert slack.world.events(request).count("request.denied") == 1


def test_the_requester_cannot_approve_her_own_request(slack: Slack) -> None:
    request = slack.asked("carol")

    answer = slack.click("carol", "approve")

    assert answer["status"] == 200
    (whisper,) = slack.whispers("carol")
    assert "*Nobody decides on her own request*" in whisper
    assert nothing_happened(request)


def test_who_is_in_no_reviewing_group_is_told_why_and_where_to_look(slack: Slack) -> None:
    request = slack.asked("alice")

    slack.click("dave", "approve")

    (whisper,) = slack.whispers("dave")
    assert "*This is for others to decide*" in whisper
    assert "It waits for platform-admins" in whisper
    assert f"/admin/requests/{request.id}/|the request's page>" in whisper
    assert slack.whispers("carol") == []
    assert nothing_happened(request)


def test_who_may_not_see_it_learns_nothing(slack: Slack) -> None:
    request = slack.asked("alice")

    slack.click("bob", "deny")

    (whisper,) = slack.whispers("bob")
    assert "*There is no such request*" in whisper
    assert "/admin/requests/" not in whisper
    assert slack.sandbox.open_view("bob") is None
    assert nothing_happened(request)


def test_who_cannot_decide_gets_no_form(slack: Slack) -> None:
    slack.asked("carol")

    slack.click("carol", "deny")

    assert slack.sandbox.open_view("carol") is None
    assert "*Nobody decides on her own request*" in slack.whispers("carol")[0]


def test_an_unlinked_user_gets_a_link_for_herself_alone(slack: Slack) -> None:
    request = slack.asked()

    slack.click("mallory", "approve")

    (whisper,) = slack.whispers("mallory")
    assert "/slack/link/?token=" in whisper
    assert slack.whispers("carol") == []
    assert nothing_happened(request)


def test_a_click_from_another_workspace_is_refused(slack: Slack) -> None:
    request = slack.asked()

    somebody_elsewhere = slack.click("stranger", "approve")
    said_to_be_elsewhere = slack.click("carol", "approve", team="T0OTHER")

    assert (somebody_elsewhere["status"], said_to_be_elsewhere["status"]) == (403, 403)
    assert nothing_happened(request)


def test_a_guest_is_refused_although_linked(slack: Slack) -> None:
    admin = slack.world["carol"].account
    SlackIdentity.objects.filter(account=admin).delete()
    SlackIdentity.objects.create(team_id=TEAM, user_id="U0GUEST", account=admin)
    request = slack.asked()

    slack.click("guest", "approve")

    assert "*Guests of the workspace cannot act from Slack*" in slack.whispers("guest")[0]
    assert nothing_happened(request)


def test_guests_may_be_allowed(slack: Slack, settings: Any) -> None:
    settings.SLACK_ALLOW_GUESTS = True
    admin = slack.world["carol"].account
    SlackIdentity.objects.filter(account=admin).delete()
    SlackIdentity.objects.create(team_id=TEAM, user_id="U0GUEST", account=admin)
    request = slack.asked()

    slack.click("guest", "approve")

    assert votes_of(request) == [("carol", "approve", "slack")]


def test_an_account_that_is_switched_off_decides_nothing(slack: Slack) -> None:
    request = slack.asked()
    Account.objects.filter(username="carol").update(is_active=False)

    slack.click("carol", "approve")

    assert "*Your account is switched off*" in slack.whispers("carol")[0]
    assert nothing_happened(request)


def test_a_link_to_a_service_account_does_not_approve(slack: Slack) -> None:
    SlackIdentity.objects.create(team_id=TEAM, user_id="U0MALLORY", account=slack.world["ci-payments"].account)
    request = slack.asked()

    slack.click("mallory", "approve")

    assert len(slack.whispers("mallory")) == 1
    assert nothing_happened(request)


def test_the_bots_own_user_approves_nothing(slack: Slack) -> None:
    request = slack.asked()

    slack.click("U0BOT", "approve")

    assert nothing_happened(request)


def test_after_unlinking_a_form_that_is_still_open_decides_nothing(slack: Slack) -> None:
    request = slack.asked()
    slack.click("carol", "deny")
    unlink(TEAM, "U0CAROL", actor=Actor.command("test"))

    answer = slack.submit("carol", comment="too late")

    assert "not linked to an account any more" in answer["errors"]["comment"]
    assert nothing_happened(request)


def test_two_clicks_of_opposite_mind_have_one_outcome(slack: Slack) -> None:
    request = slack.asked()
    slack.click("frank", "deny")

    slack.click("carol", "approve")
    answer = slack.submit("frank", comment="no")

    assert answer["errors"]["comment"].startswith("This request does not wait for a decision.")
    assert votes_of(request) == [("carol", "approve", "slack")]


def test_a_button_of_before_the_decision_says_that_it_is_over(slack: Slack) -> None:
    request = slack.asked()
    value = slack.message()["blocks"][-1]["elements"][0]["value"]
    slack.click("carol", "approve")
    slack.world.work()

    slack.click("frank", "approve", value=value)

    assert "*This request does not wait for a decision*" in slack.whispers("frank")[0]
    assert votes_of(request) == [("carol", "approve", "slack")]


def test_a_button_carries_an_id_and_a_part_of_the_digest_alone(slack: Slack) -> None:
    request = slack.asked()
    digest = slack.world.fresh(request).plan_digest.removeprefix("sha256:")

    values = {element.get("value") for element in slack.message()["blocks"][-1]["elements"]}

    assert values == {f"{request.id}:{digest[:32]}", None}


def test_an_approval_that_names_another_plan_is_refused(slack: Slack) -> None:
    request = slack.asked()

    slack.click("carol", "approve", value=f"{request.id}:{'0' * 32}")

    assert "*The plan is another one by now*" in slack.whispers("carol")[0]
    assert nothing_happened(request)


def test_values_that_no_button_carries_are_ignored(slack: Slack) -> None:
    request = slack.asked()

    answers = [slack.click("carol", "approve", value=value) for value in ("", "x", str(request.id), f"{request.id}:", f"x:{'0' * 32}")]

    assert {answer["status"] for answer in answers} == {200}
    assert nothing_happened(request)


def test_a_link_button_is_acknowledged_and_does_nothing(slack: Slack) -> None:
    request = slack.asked()

    assert slack.click("carol", "open")["status"] == 200
    assert nothing_happened(request)


def test_a_lost_approval_arms_the_buttons_again(slack: Slack) -> None:
    request = slack.asked()
    slack.click("carol", "approve")
    slack.world.work("notifications.show")
    assert buttons_of(slack.message()) == ["open"]

    slack.world.leave(slack.world["carol"], "platform-admins")
    slack.world.work()

    assert slack.world.fresh(request).status == "awaiting_approval"
    assert "approve" in buttons_of(slack.message())
    assert "*Waits for approval*" in words_of(slack.message())
    assert any("Waits for approval" in told for told in slack.told("alice"))
    assert Decision.objects.count() == 1
