"""What does not fit into Slack: nobody approves what was cut off."""

from typing import Any

from autonomy.models import ActionRequest
from tests.notifications.conftest import Slack, buttons_of, votes_of, words_of


def boundary(slack: Slack, **parameters: Any) -> ActionRequest:
    """A new boundary that waits; its difference is as long as its parameters."""
    whole = {"level": 3, "actions": ["deployment.*"], "reason": "Shared.", **parameters}
    request = slack.world.submit(slack.world["alice"], "boundary.set", whole, name="big")
    slack.world.work()
    return request


def namespaces(count: int, length: int = 40) -> list[str]:
    return [f"team-{number:06d}-{'x' * (length - 12)}" for number in range(count)]


def text_of(view: dict[str, Any]) -> str:
    return "\n".join(block["text"]["text"] for block in view["blocks"] if block["type"] == "section" and "text" in block)


def test_a_long_difference_is_reviewed_in_a_modal_that_shows_all_of_it(slack: Slack) -> None:
    names = namespaces(400)
    request = boundary(slack, namespaces=names)

    assert buttons_of(slack.message()) == ["review", "deny", "open"]
    assert "too much for a message" in words_of(slack.message())
    slack.click("carol", "review")
    view = slack.sandbox.open_view("carol")

    assert view is not None
    assert [name for name in names if f"+- {name}" not in text_of(view)] == []
    answer = slack.submit("carol", comment="read all of it")
    assert (answer["status"], answer["errors"]) == (200, {})
    slack.world.work()
    assert slack.world.fresh(request).status == "succeeded"
    assert votes_of(request) == [("carol", "approve", "slack")]


def test_a_review_whose_plan_was_replaced_meanwhile_says_so_in_the_form(slack: Slack) -> None:
    request = boundary(slack, namespaces=namespaces(400))
    slack.click("carol", "review")
    slack.world.leave(slack.world["carol"], "platform-admins")

    answer = slack.submit("carol", comment="")

    assert answer["errors"]["comment"].startswith("There is no such request.")
    assert votes_of(request) == []
    assert slack.sandbox.open_view("carol") is not None


def test_what_no_modal_can_show_is_decided_on_the_page(slack: Slack) -> None:
    request = boundary(slack, namespaces=namespaces(90, length=62), actions=[f"deployment.{'y' * 60}{number}*" for number in range(4500)])

    assert buttons_of(slack.message()) == ["deny", "open"]
    slack.click("carol", "review", value=f"{request.id}:{slack.world.fresh(request).plan_digest.removeprefix('sha256:')[:32]}")

    assert slack.sandbox.open_view("carol") is None
    (whisper,) = slack.whispers("carol")
    assert "*Slack cannot show all of this*" in whisper
    assert f"/admin/requests/{request.id}/" in whisper


def test_a_line_that_no_section_can_show_is_decided_on_the_page(slack: Slack) -> None:
    boundary(slack, reason="long " * 700)

    assert buttons_of(slack.message()) == ["deny", "open"]


def test_a_long_reason_is_read_in_whole_before_approving(slack: Slack) -> None:
    reason = "\n".join(f"argument {number}: {'because ' * 40}" for number in range(60))
    request = slack.world.submit(slack.world["alice"], "boundary.set", {"level": 1}, name="big", reason=reason)
    slack.world.work()

    assert buttons_of(slack.message()) == ["review", "deny", "open"]
    slack.click("carol", "review")
    view = slack.sandbox.open_view("carol")

    assert view is not None
    assert "argument 59" in text_of(view)
    assert votes_of(request) == []


def test_no_text_can_pass_for_slack_itself(slack: Slack) -> None:
    reason = "<!channel> *Approved* by <@U0CAROL> ```\n&lt;done&gt;"
    boundary(slack, reason="``` :white_check_mark: *Approved* by carol <https://evil.example|ok>")
    request = slack.world.submit(slack.world["alice"], "boundary.set", {"level": 1}, name="other", reason=reason)
    slack.world.work()

    first, second = slack.sandbox.messages("C0APPROVALS")

    fenced = next(block["text"]["text"] for block in first["blocks"] if block.get("text", {}).get("text", "").startswith("```"))
    assert fenced.count("```") == 2
    assert "<https://evil" not in words_of(first)
    assert "<!channel>" not in words_of(second)
    assert "&gt; &lt;!channel&gt; *Approved* by &lt;@U0CAROL&gt; ```" in words_of(second)
    assert "&gt; &amp;lt;done&amp;gt;" in words_of(second)
    assert votes_of(request) == []


def test_when_slack_finds_it_too_long_the_message_comes_without_the_difference(slack: Slack) -> None:
    slack.sandbox.fault("chat.postMessage", times=1, error="msg_blocks_too_long")

    boundary(slack)

    assert buttons_of(slack.message()) == ["review", "deny", "open"]
