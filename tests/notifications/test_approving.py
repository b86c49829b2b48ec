"""The way of a request through Slack."""

from approvals.models import ApprovalRule
from tests.notifications.conftest import Slack, buttons_of, votes_of, words_of


def test_the_channel_sees_everything_that_a_decision_needs(slack: Slack) -> None:
    request = slack.asked("alice")

    message = slack.message()

    words = words_of(message)
    assert "*Requester*\nalice" in words
    assert f"`{request.where}`" in words
    assert "*Level*\n3 Restricted" in words
    assert "&gt; for a test" in words
    assert "*Why it needs approval*\nThese rules bind everybody" in words
    assert "*Waits for approval* by 1 of platform-admins" in words
    assert "+reason: Nobody is here at the weekend." in words
    assert buttons_of(message) == ["approve", "deny", "open"]


def test_approve_asks_before_it_counts(slack: Slack) -> None:
    slack.asked()

    (approve, *_) = slack.message()["blocks"][-1]["elements"]

    assert approve["style"] == "primary"
    assert approve["confirm"]["confirm"]["text"] == "Approve"


def test_an_approval_runs_the_request_and_the_message_tells_so(slack: Slack) -> None:
    request = slack.asked()

    answer = slack.click("carol", "approve")
    slack.world.work()

    assert answer["status"] == 200
    assert slack.world.fresh(request).status == "succeeded"
    assert votes_of(request) == [("carol", "approve", "slack")]
    message = slack.message()
    assert buttons_of(message) == ["open"]
    assert ":white_check_mark: *Approved* by carol" in words_of(message)
    assert "*done*" in words_of(message)


def test_a_denial_asks_for_the_reason_and_tells_it(slack: Slack) -> None:
    request = slack.asked()

    slack.click("carol", "deny")
    modal = slack.sandbox.open_view("carol")
    answer = slack.submit("carol", comment="Ask <again> on Monday")
    slack.world.work()

    assert modal is not None
    assert modal["title"]["text"] == "Deny"
    assert (answer["status"], answer["errors"]) == (200, {})
    assert slack.world.fresh(request).status == "denied"
    assert votes_of(request) == [("carol", "deny", "slack")]
    message = slack.message()
    assert buttons_of(message) == ["open"]
    assert "*Denied* by carol" in words_of(message)
    assert "&gt; Ask &lt;again&gt; on Monday" in words_of(message)


def test_a_denial_without_a_reason_is_not_sent(slack: Slack) -> None:
    request = slack.asked()

    slack.click("carol", "deny")
    answer = slack.submit("carol", comment="")

    assert answer["errors"] == {"comment": "This field is required."}
    assert votes_of(request) == []


def test_the_requester_is_told_by_direct_message(slack: Slack) -> None:
    slack.asked("alice")

    slack.click("carol", "deny")
    slack.submit("carol", comment="Not now")
    slack.world.work()

    (told,) = slack.told("alice")
    assert "*Denied* by carol" in told
    assert "&gt; Not now" in told


def test_nobody_is_told_of_a_dry_run_or_of_what_needs_no_review(slack: Slack) -> None:
    world = slack.world
    world.submit(world["alice"], "boundary.set", {"level": 1}, name="dry", dry_run=True)
    world.submit(world["alice"], "deployment.restart")

    world.work("notifications.show", "notifications.tell", "approvals.plan")

    assert slack.sandbox.calls() == []


def test_a_decision_in_the_admin_or_by_the_api_shows_in_slack(slack: Slack) -> None:
    request = slack.asked()

    digest = slack.world.fresh(request).plan_digest
    answer = slack.world["carol"].client.post(f"/api/v1/requests/{request.id}/approve/", {"digest": digest, "comment": "fine"})
    slack.world.work("notifications.show")

    assert answer.status_code == 200
    assert ":white_check_mark: *Approved* by carol" in words_of(slack.message())
    assert buttons_of(slack.message()) == ["open"]


def test_each_vote_shows_and_only_the_last_one_is_an_approval(slack: Slack) -> None:
    ApprovalRule.objects.filter(slug="rules-by-admins").update(needs={"platform-admins": 2})
    request = slack.asked()

    slack.click("carol", "approve")
    slack.world.work("notifications.show")
    message = slack.message()

    assert slack.world.fresh(request).status == "awaiting_approval"
    assert "platform-admins 1 of 2" in words_of(message)
    assert "*Approved*" not in words_of(message)
    assert "approve" in buttons_of(message)

    slack.click("frank", "approve")
    slack.world.work("notifications.show")

    assert "*Approved* by carol" in words_of(slack.message())
