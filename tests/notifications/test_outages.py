"""Slack is slow, busy, broken, or the channel is gone: decisions and executions go on, the message comes later or elsewhere."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import F
from django.db.models.functions import Now

from audit import outbox
from audit.models import Delivery
from devstack.addresses import free_port
from notifications.models import SlackIdentity, SlackMessage
from tests.notifications.conftest import Slack, buttons_of, votes_of, words_of
from tests.plugins.sandbox_cluster import SandboxCluster
from workers.deliveries import hear


def later(slack: Slack) -> None:
    """What waits for its time is due, and the sweeper brings it."""
    Delivery.objects.filter(dead=False).update(not_before=None)
    slack.world.work()


def delays() -> list[timedelta]:
    """How long each delivery that failed waits, in whole seconds."""
    waits = Delivery.objects.exclude(not_before=None).annotate(wait=F("not_before") - Now()).values_list("wait", flat=True)
    return [timedelta(seconds=round(wait.total_seconds())) for wait in waits]


def test_a_429_is_repeated_when_slack_says(slack: Slack) -> None:
    slack.sandbox.fault("chat.postMessage", times=1, status=429, retry_after=30)

    slack.world.waiting(slack.world["alice"])

    assert slack.sandbox.messages() == []
    (waiting,) = Delivery.objects.all()
    assert (waiting.listener, waiting.attempts, waiting.dead) == ("notifications.show", 1, False)
    assert timedelta(seconds=25) <= delays()[0] <= timedelta(seconds=30)
    assert outbox.due(silent_for=timedelta(0)) == []
    later(slack)
    assert buttons_of(slack.message()) == ["approve", "deny", "open"]
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"error": "internal_error"}, {"error": "fatal_error"}])
def test_an_error_of_slack_is_repeated(slack: Slack, fault: dict[str, Any]) -> None:
    slack.sandbox.fault("chat.postMessage", times=1, **fault)

    slack.world.waiting(slack.world["alice"])
    later(slack)

    assert buttons_of(slack.message()) == ["approve", "deny", "open"]


def test_an_outage_of_hours_is_survived(slack: Slack) -> None:
    slack.sandbox.fault("chat.postMessage", status=503)
    slack.world.waiting(slack.world["alice"])
    for _ in range(20):
        later(slack)

    assert delays() == [timedelta(minutes=10)]
    slack.sandbox.clear_faults()
    later(slack)

    assert buttons_of(slack.message()) == ["approve", "deny", "open"]


def test_a_decision_made_during_the_outage_is_what_the_first_message_shows(slack: Slack) -> None:
    slack.sandbox.fault("chat.postMessage", status=500)
    request = slack.world.waiting(slack.world["alice"])
    carol, digest = slack.world["carol"].client, slack.world.fresh(request).plan_digest
    carol.post(f"/api/v1/requests/{request.id}/approve/", {"digest": digest})
    slack.world.work()

    assert slack.world.fresh(request).status == "succeeded"
    slack.sandbox.clear_faults()
    later(slack)

    message = slack.message()
    assert buttons_of(message) == ["open"]
    assert "*Approved* by carol" in words_of(message)


def test_a_slow_slack_delays_neither_the_answer_nor_the_execution(slack: Slack) -> None:
    request = slack.asked()
    slack.sandbox.fault("*", delay=20)

    answer = slack.sandbox.click("carol", "approve", channel="C0APPROVALS", ts=slack.message()["ts"])
    slack.world.work("approvals.execute")

    assert answer["status"] == 200
    assert slack.world.fresh(request).status == "succeeded"
    assert votes_of(request) == [("carol", "approve", "slack")]
    slack.sandbox.clear_faults()


def test_a_refusal_does_not_wait_for_a_slow_slack(slack: Slack) -> None:
    slack.asked()
    slack.sandbox.fault("chat.postEphemeral", times=1, delay=6)

    answer = slack.click("dave", "approve")

    assert answer["status"] == 200
    assert "*This is for others to decide*" in slack.whispers("dave")[-1]


def test_a_form_that_slack_does_not_open_is_replaced_by_a_link(slack: Slack) -> None:
    request = slack.asked()
    slack.sandbox.fault("views.open", times=1, error="expired_trigger_id")

    answer = slack.click("carol", "deny")

    assert answer["status"] == 200
    assert slack.sandbox.open_view("carol") is None
    assert f"/admin/requests/{request.id}/|the request's page>" in slack.whispers("carol")[0]


@pytest.mark.parametrize("gone", ["is_archived", "channel_not_found", "not_in_channel", "is_inactive"])
def test_without_the_channel_each_reviewer_is_asked_herself(slack: Slack, gone: str) -> None:
    slack.sandbox.fault("chat.postMessage", times=1, error=gone)

    slack.world.waiting(slack.world["alice"])

    assert slack.sandbox.messages() == []
    assert [buttons_of(slack.message(f"D0{name}")) for name in ("CAROL", "FRANK")] == [["approve", "deny", "open"]] * 2
    assert slack.told("dave") == []
    rows = SlackMessage.objects.order_by("recipient").values_list("recipient", "state", "error")
    assert list(rows) == [("C0APPROVALS", "dead", gone), ("U0CAROL", "alive", ""), ("U0FRANK", "alive", "")]


def test_a_click_in_a_direct_message_decides_and_all_messages_tell_so(slack: Slack) -> None:
    slack.sandbox.channel("C0APPROVALS", "approvals", is_archived=True)
    request = slack.world.waiting(slack.world["alice"])

    slack.click("frank", "approve", channel="D0FRANK")
    slack.world.work()

    assert votes_of(request) == [("frank", "approve", "slack")]
    for name in ("CAROL", "FRANK"):
        assert "*Approved* by frank" in words_of(slack.message(f"D0{name}"))
        assert buttons_of(slack.message(f"D0{name}")) == ["open"]


def test_a_channel_archived_after_the_post_changes_nothing_for_the_request(slack: Slack) -> None:
    request = slack.asked()
    slack.sandbox.channel("C0APPROVALS", "approvals", is_archived=True)

    slack.world["carol"].client.post(f"/api/v1/requests/{request.id}/approve/", {"digest": slack.world.fresh(request).plan_digest})
    slack.world.work()

    assert slack.world.fresh(request).status == "succeeded"
    assert SlackMessage.objects.get().state == "dead"
    assert slack.told("carol") == []
    assert "*Approved* by carol" in slack.told("alice")[-1]
    assert Delivery.objects.count() == 0


def test_a_reviewer_without_slack_is_asked_by_mail_once(slack: Slack, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    SlackIdentity.objects.filter(user_id="U0FRANK").delete()
    slack.sandbox.channel("C0APPROVALS", "approvals", is_archived=True)

    request = slack.world.waiting(slack.world["alice"])
    slack.world.work()

    assert buttons_of(slack.message("D0CAROL")) == ["approve", "deny", "open"]
    (letter,) = mail.outbox
    assert letter.to == ["frank@example.com"]
    assert f"/admin/requests/{request.id}/" in letter.body


def test_a_mail_server_that_is_away_is_asked_again(slack: Slack, settings: Any) -> None:
    to_memory = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    SlackIdentity.objects.filter(user_id="U0FRANK").delete()
    slack.sandbox.channel("C0APPROVALS", "approvals", is_archived=True)

    slack.world.waiting(slack.world["alice"])
    (waiting,) = Delivery.objects.all()
    assert "ConnectionRefusedError" in waiting.last_error
    settings.EMAIL_BACKEND = to_memory
    later(slack)

    (letter,) = mail.outbox
    assert letter.to == ["frank@example.com"]
    assert buttons_of(slack.message("D0CAROL")) == ["approve", "deny", "open"]


def test_a_requester_without_slack_is_told_by_mail(slack: Slack, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    SlackIdentity.objects.filter(user_id="U0ALICE").delete()
    slack.asked("alice")

    slack.click("carol", "deny")
    slack.submit("carol", comment="Not now")
    slack.world.work()

    (letter,) = mail.outbox
    assert letter.to == ["alice@example.com"]
    assert "carol: deny Not now" in letter.body


def test_the_owner_of_a_service_account_is_told_why_it_failed(slack: Slack, sandbox_cluster: SandboxCluster, settings: Any) -> None:
    settings.KUBECONFIG_DIR = sandbox_cluster.kubeconfig_dir / "worker"
    world = slack.world
    request = world.submit(world["ci-payments"], "quota.set", {"hard": {"pods": "9"}}, name="compute")
    assert world["ci-payments"].account.owner == world["alice"].account

    world.work()

    assert world.fresh(request).status == "failed"
    assert ":x: *Failed*" in slack.told("alice")[0]


def test_an_answer_of_slack_that_is_lost_costs_a_second_message_at_most(slack: Slack) -> None:
    """Slack has posted it, but says that it has not."""
    world = slack.world
    request = world.submit(world["alice"], "boundary.set", {"level": 1}, name="crash")
    world.work("approvals.plan")
    slack.sandbox.fault("chat.postMessage", times=1, status=500, applied=True)
    world.work("notifications.show")
    later(slack)

    assert len(slack.sandbox.messages()) == 2
    assert SlackMessage.objects.get().ts == slack.sandbox.messages()[1]["ts"]
    slack.click("carol", "approve", message=slack.sandbox.messages()[0])
    assert votes_of(request) == [("carol", "approve", "slack")]


def test_who_meets_a_post_under_way_leaves_it_alone(slack: Slack) -> None:
    slack.asked()
    row = SlackMessage.objects.get()
    SlackMessage.objects.filter(pk=row.pk).update(state="posting", ts="", posting_until=Now() + timedelta(seconds=30))
    message = slack.sandbox.messages()

    slack.world["carol"].client.post(f"/api/v1/requests/{row.review.request_id}/approve/", {"digest": row.digest})
    slack.world.work("notifications.show")
    assert slack.sandbox.messages() == message

    SlackMessage.objects.filter(pk=row.pk).update(posting_until=Now() - timedelta(seconds=1))
    slack.world["frank"].client.post(f"/api/v1/requests/{row.review.request_id}/cancel/", {})
    slack.world.work()
    assert len(slack.sandbox.messages()) == 2


def test_a_delivery_that_comes_twice_shows_the_same(slack: Slack) -> None:
    request = slack.asked()
    slack.click("carol", "approve")
    hints = [hint for hint in outbox.due(silent_for=timedelta(0)) if hint.listener == "notifications.show"]
    slack.world.work()
    shown = slack.message()

    for hint in hints:
        hear(hint)

    assert slack.message() == shown
    assert slack.world.fresh(request).status == "succeeded"
