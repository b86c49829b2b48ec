"""A new plan disarms the old buttons: nobody approves what she has not seen."""

from html import unescape

from approvals.models import ApprovalRule
from autonomy.models import ActionRequest, Boundary, Plan
from tests.notifications.conftest import Slack, buttons_of, votes_of, words_of
from tests.plugins.sandbox_slack import APPROVALS, Json


def drifted(slack: Slack, **change: object) -> tuple[ActionRequest, str]:
    """A request whose target somebody changed between its approval and its execution; the value of its first buttons."""
    world = slack.world
    request = slack.asked("alice", name="big-scale")
    value = slack.message()["blocks"][-1]["elements"][0]["value"]
    slack.click("carol", "approve")
    world.work("notifications.show")
    Boundary.objects.filter(slug="big-scale").update(**(change or {"namespaces": ["other-*"]}))
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
    assert votes_of(request) == [("carol", "approve", "slack")]
    assert slack.world.fresh(request).status == "awaiting_approval"


def moved(slack: Slack, request: ActionRequest) -> str:
    """What REST says to who approves the first plan."""
    digest = Plan.objects.get(request=request, number=1).digest
    problem = slack.world["frank"].client.post(f"/api/v1/requests/{request.id}/approve/", {"digest": digest}).json()
    return str(problem["moved"])


def whispered(slack: Slack, user: str) -> Json:
    return [message for message in slack.sandbox.messages(APPROVALS, user) if message["ephemeral_to"]][-1]


def fenced(blocks: list[Json]) -> str:
    """The text in a fixed font, over all sections."""
    texts = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    return unescape("\n".join(text.strip("`").strip("\n") for text in texts if text.startswith("```")))


def test_who_clicks_approve_on_the_old_plan_reads_what_moved_in_the_words_of_rest(slack: Slack) -> None:
    request, value = drifted(slack)

    slack.click("frank", "approve", message=slack.sandbox.messages(APPROVALS)[0], value=value)

    whisper = whispered(slack, "frank")
    assert fenced(whisper["blocks"]) == moved(slack, request).rstrip("\n")
    assert "\n+  - other-*\n" in fenced(whisper["blocks"])
    assert "*What moved*" in words_of(whisper)
    assert f"/admin/requests/{request.id}/|the request's page>" in words_of(whisper)
    assert votes_of(request) == [("carol", "approve", "slack")]


def test_who_reviews_the_old_plan_reads_what_moved_too(slack: Slack) -> None:
    request, value = drifted(slack)

    slack.click("frank", "review", message=slack.sandbox.messages(APPROVALS)[0], value=value)

    assert fenced(whispered(slack, "frank")["blocks"]) == moved(slack, request).rstrip("\n")
    assert slack.sandbox.open_view("frank") is None


def test_a_form_about_the_old_plan_is_covered_by_what_moved(slack: Slack) -> None:
    reason = "\n".join(f"argument {number}: {'because ' * 40}" for number in range(60))
    request = slack.world.submit(slack.world["alice"], "boundary.set", {"level": 1}, name="big-scale", reason=reason)
    slack.world.work()
    slack.click("frank", "review")
    carol, digest = slack.world["carol"].client, slack.world.fresh(request).plan_digest
    carol.post(f"/api/v1/requests/{request.id}/approve/", {"digest": digest})
    Boundary.objects.filter(slug="big-scale").update(namespaces=["other-*"])
    slack.world.work()

    answer = slack.submit("frank", comment="read all of it")

    view = slack.sandbox.open_view("frank")
    assert (answer["errors"], answer["trouble"]) == ({}, None)
    assert view is not None
    assert (view["title"]["text"], view["submit"], view["close"]["text"]) == ("Not approved", None, "Back")
    assert fenced(view["blocks"]) == moved(slack, request).rstrip("\n")
    assert votes_of(request) == [("carol", "approve", "rest")]
    slack.sandbox.close("frank")
    assert slack.sandbox.open_view("frank")["callback_id"] == "approve"  # type: ignore[index]


def test_what_is_no_plan_of_this_request_moved_nowhere(slack: Slack) -> None:
    request, _ = drifted(slack)

    slack.click("frank", "approve", value=f"{request.id}:{'0' * 32}", message=slack.sandbox.messages(APPROVALS)[1])

    whisper = whispered(slack, "frank")
    assert "The digest that was sent never was that of a plan of this request." in whisper["text"]
    assert whisper["blocks"] == []


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
