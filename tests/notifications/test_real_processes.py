"""Slack beside the whole product: web, workers and the sandbox are processes of their own."""

from typing import Any

from tests.notifications.conftest import words_of
from tests.plugins.product import Product, eventually, network_policy, restart
from tests.plugins.sandbox_slack import APPROVALS

Json = dict[str, Any]


def shown(product: Product, ts: str) -> str:
    """What the message says now."""
    return next(words_of(message) for message in product.slack.messages(APPROVALS) if message["ts"] == ts)


def test_five_clicks_at_once_run_it_once_and_everybody_reads_how_it_ended(product: Product) -> None:
    request = product.submit("alice", network_policy("slack-five"))
    ts = product.slack_message(request, "approve")

    answer = product.slack.click("dave", "approve", channel=APPROVALS, ts=ts, times=5, concurrent=True)

    assert [delivery["status"] for delivery in answer["deliveries"]] == [200] * 5
    product.until(request, "succeeded")
    assert product.events(request).count("request.approved") == 1
    assert len(product.writes("slack-five")) == 1
    eventually(lambda: "*done*" in shown(product, ts), "the message does not tell that it is done")
    eventually(lambda: any("slack-five" in said["text"] for said in product.slack.messages("D0ALICE")), "alice is not told")


def test_the_form_for_a_denial_opens_in_time(product: Product) -> None:
    request = product.submit("alice", network_policy("slack-deny"))
    ts = product.slack_message(request, "deny")

    product.slack.click("erin", "deny", channel=APPROVALS, ts=ts)
    eventually(lambda: product.slack.open_view("erin") is not None, "no form opens")
    answer = product.slack.submit("erin", {"comment": "Not on a Friday"})

    assert (answer["status"], answer["errors"]) == (200, {})
    product.until(request, "denied")
    assert product.writes("slack-deny") == []


def test_a_slow_slack_delays_neither_decisions_nor_level_1(product: Product) -> None:
    name = product.deployment()
    request = product.submit("alice", network_policy("slack-slow"))
    ts = product.slack_message(request, "approve")
    product.slack.fault("*", delay=8)

    answers = [
        product.slack.click("dave", "approve", channel=APPROVALS, ts=ts),
        *(product.slack.click("bob", "deny", channel=APPROVALS, ts=ts) for _ in range(6)),
    ]
    level_1 = product.submit("alice", restart(name))
    product.until(request, "succeeded")
    product.until(level_1, "succeeded")

    assert [answer["status"] for answer in answers] == [200] * 7
    assert "*Waits for approval*" in shown(product, ts)
    product.slack.clear_faults()
    product.let_hints_grow_old()
    eventually(lambda: "*done*" in shown(product, ts), "the message never tells that it is done")
    product.until_all_is_heard()


def test_many_clicks_at_once_are_all_acknowledged(product: Product) -> None:
    request = product.submit("alice", network_policy("slack-many"))
    ts = product.slack_message(request, "approve")

    answer = product.slack.click("bob", "approve", channel=APPROVALS, ts=ts, times=100, concurrent=True)

    assert {delivery["status"] for delivery in answer["deliveries"]} == {200}
    assert product.read(request)["status"] == "awaiting_approval"
