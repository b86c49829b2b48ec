"""What Slack hears last is the latest state, in whatever order workers get there."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from audit.outbox import Message
from notifications.services.show import show
from tests.notifications.conftest import Slack, buttons_of, words_of
from tests.plugins.world import waiting_messages
from workers.deliveries import hear


def hear_elsewhere(message: Message) -> None:
    """As another worker does, on a connection of its own."""
    try:
        hear(message)
    finally:
        connection.close()


def test_an_update_that_arrives_late_is_followed_by_a_newer_one(slack: Slack) -> None:
    slack.asked()
    slack.click("carol", "approve")
    (approved,) = waiting_messages("notifications.show")
    slack.sandbox.fault("chat.update", times=1, delay=1.5)

    with ThreadPoolExecutor(1) as late:
        waiting = late.submit(hear_elsewhere, approved)
        while not slack.sandbox.calls("chat.update"):
            pass  # until Slack has the older text in its hands
        slack.world.work("approvals.execute")
        slack.world.work("notifications.show")
        assert "*done*" in words_of(slack.message())
        waiting.result(20)

    texts = [call["body"]["text"] for call in slack.sandbox.calls("chat.update")]
    assert "done" not in texts[0]
    assert len(texts) == 3
    assert "*done*" in words_of(slack.message())


def test_workers_at_once_post_one_message(slack: Slack) -> None:
    world = slack.world
    world.submit(world["alice"], "boundary.set", {"level": 1}, name="once")
    world.work("approvals.plan")
    (opened,) = waiting_messages("notifications.show")
    slack.sandbox.fault("chat.postMessage", times=1, delay=1)

    def show_elsewhere(_: int) -> None:
        try:
            show(opened)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(show_elsewhere, range(4)))

    assert len(slack.sandbox.messages()) == 1
    assert buttons_of(slack.message()) == ["approve", "deny", "open"]


def test_news_that_is_old_by_now_is_not_told(slack: Slack) -> None:
    slack.asked("alice")
    slack.click("carol", "approve")

    slack.world.work("approvals.execute")
    slack.world.work("notifications.tell")

    (told,) = slack.told("alice")
    assert "*Approved* by carol" in told
    assert "*done*" in told
