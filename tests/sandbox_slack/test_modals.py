"""Modals: trigger ids, limits, submission and closing."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

from tests.plugins.sandbox_slack import APPROVALS, SIGNING_SECRET, Json, SandboxSlack
from tests.sandbox_slack.conftest import App
from tests.sandbox_slack.parts import actions, button, plain, posted_with_buttons, reason_modal, section


@pytest.fixture
def trigger(sandbox_slack: SandboxSlack, client: WebClient, app: App) -> str:
    """A trigger id of carol's."""
    trigger_id: str = sandbox_slack.click("carol", "deny", channel=APPROVALS, ts=posted_with_buttons(client))["payload"]["trigger_id"]
    app.requests.clear()
    return trigger_id


@pytest.fixture
def view(client: WebClient, trigger: str) -> Json:
    """What carol has in front of her."""
    opened: Json = client.views_open(trigger_id=trigger, view=reason_modal(private_metadata="request 1"))["view"]
    return opened


def refusal(client: WebClient, trigger: str, view: Json) -> tuple[str, list[str]]:
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=trigger, view=view)
    answer = refused.value.response
    return answer["error"], answer.get("response_metadata", {}).get("messages", [])


def test_a_modal_opens_for_who_clicked(sandbox_slack: SandboxSlack, view: Json) -> None:
    shown = sandbox_slack.open_view("carol")

    assert shown == view
    assert (view["callback_id"], view["private_metadata"], view["root_view_id"]) == ("deny", "request 1", view["id"])
    assert view["state"] == {"values": {}}
    assert sandbox_slack.open_view("alice") is None


def test_a_trigger_id_opens_one_modal(client: WebClient, trigger: str, view: Json) -> None:
    assert refusal(client, trigger, reason_modal()) == ("exchanged_trigger_id", [])


def test_a_trigger_id_lives_three_seconds(sandbox_slack: SandboxSlack, client: WebClient, trigger: str) -> None:
    sandbox_slack.advance(3.1)

    assert refusal(client, trigger, reason_modal()) == ("expired_trigger_id", [])
    assert sandbox_slack.open_view("carol") is None


def test_a_trigger_id_that_we_did_not_give_is_refused(client: WebClient) -> None:
    assert refusal(client, "1.2.abc", reason_modal()) == ("invalid_trigger_id", [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": plain("x" * 25)}, "must be less than 25 characters [json-pointer:/view/title/text]"),
        ({"submit": plain("x" * 25)}, "must be less than 25 characters [json-pointer:/view/submit/text]"),
        ({"private_metadata": "x" * 3001}, "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        ({"callback_id": "x" * 256}, "must be less than 256 characters [json-pointer:/view/callback_id]"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100 items allowed [json-pointer:/view/blocks]"),
        ({"blocks": [section("x" * 3001)]}, "must be less than 3001 characters [json-pointer:/view/blocks/0/text/text]"),
        ({"submit": None}, "missing required field: submit [json-pointer:/view]"),
    ],
)
def test_a_modal_that_is_wrong_is_explained_and_does_not_use_up_the_trigger(
    client: WebClient, trigger: str, change: Json, message: str
) -> None:
    assert refusal(client, trigger, reason_modal(**change)) == ("invalid_arguments", [f"[ERROR] {message}"])
    assert client.views_open(trigger_id=trigger, view=reason_modal())["ok"] is True


def test_the_largest_modal_is_allowed(client: WebClient, trigger: str) -> None:
    largest = reason_modal(title=plain("x" * 24), private_metadata="x" * 3000, blocks=[{"type": "divider"}] * 100)

    assert client.views_open(trigger_id=trigger, view=largest)["ok"] is True


def test_a_modal_is_updated_by_its_id_and_hash(sandbox_slack: SandboxSlack, client: WebClient, view: Json) -> None:
    updated = client.views_update(view_id=view["id"], hash=view["hash"], view=reason_modal(title=plain("Deny it")))["view"]

    shown = sandbox_slack.open_view("carol")
    assert shown is not None
    assert (shown["id"], shown["title"]["text"]) == (view["id"], "Deny it")
    assert updated["hash"] != view["hash"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_update(view_id=view["id"], hash=view["hash"], view=reason_modal())
    with pytest.raises(SlackApiError, match="not_found"):
        client.views_update(view_id="V0NONE", view=reason_modal())


def test_a_submission_arrives_signed_with_what_was_filled_in(sandbox_slack: SandboxSlack, app: App, view: Json) -> None:
    report = sandbox_slack.submit("carol", {"text": "Too risky"})

    ((headers, body),) = app.requests
    (payload,) = app.payloads
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(body, headers)
    assert payload == report["payload"]
    assert payload["type"] == "view_submission"
    assert (payload["user"]["id"], payload["team"]["id"], payload["response_urls"]) == ("U0CAROL", "T0DEMO", [])
    assert payload["view"]["state"] == {"values": {"reason": {"text": {"type": "plain_text_input", "value": "Too risky"}}}}
    assert {name: payload["view"][name] for name in ("id", "hash", "callback_id", "private_metadata")} == {
        "id": view["id"],
        "hash": view["hash"],
        "callback_id": "deny",
        "private_metadata": "request 1",
    }
    assert (report["status"], sandbox_slack.open_view("carol")) == (200, None)


def test_a_required_field_left_empty_is_refused_before_the_app_hears_of_it(sandbox_slack: SandboxSlack, app: App, view: Json) -> None:
    report = sandbox_slack.submit("carol", {"text": ""})

    assert report["errors"] == {"reason": "This field is required."}
    assert app.requests == []
    assert sandbox_slack.open_view("carol") == view


def test_errors_keep_the_modal_open(sandbox_slack: SandboxSlack, app: App, view: Json) -> None:
    app.say({"response_action": "errors", "errors": {"reason": "Say more"}})

    assert sandbox_slack.submit("carol", {"reason": "no"})["errors"] == {"reason": "Say more"}
    assert sandbox_slack.open_view("carol") == view


def test_an_app_may_answer_with_another_modal(sandbox_slack: SandboxSlack, app: App, view: Json) -> None:
    app.say({"response_action": "update", "view": {"type": "modal", "title": plain("Thanks"), "blocks": [section("Done")]}})
    sandbox_slack.submit("carol", {"reason": "no"})

    shown = sandbox_slack.open_view("carol")
    assert shown is not None
    assert (shown["id"], shown["title"]["text"]) == (view["id"], "Thanks")


def test_a_pushed_modal_lies_on_top_and_clear_closes_all(sandbox_slack: SandboxSlack, app: App, view: Json) -> None:
    app.say({"response_action": "push", "view": reason_modal(title=plain("Sure?"))})
    sandbox_slack.submit("carol", {"reason": "no"})
    pushed = sandbox_slack.open_view("carol")
    app.say({"response_action": "clear"})
    sandbox_slack.submit("carol", {"reason": "yes"})

    assert pushed is not None
    assert (pushed["previous_view_id"], pushed["root_view_id"]) == (view["id"], view["id"])
    assert sandbox_slack.open_view("carol") is None


@pytest.mark.parametrize(
    ("status", "body", "trouble"),
    [
        (500, "", "the app answered 500"),
        (200, "OK", "the app's answer is not a JSON object"),
        (200, '{"response_action": "dance"}', "unknown response_action 'dance'"),
        (200, '{"response_action": "update", "view": {}}', "invalid_arguments"),
    ],
)
def test_an_answer_that_makes_no_sense_keeps_the_modal(
    sandbox_slack: SandboxSlack, app: App, view: Json, status: int, body: str, trouble: str
) -> None:
    app.answers = lambda _: (status, body)

    assert sandbox_slack.submit("carol", {"reason": "no"})["trouble"].startswith(trouble)
    assert sandbox_slack.open_view("carol") == view


def test_closing_is_told_to_an_app_that_wants_to_know(sandbox_slack: SandboxSlack, client: WebClient, app: App, trigger: str) -> None:
    client.views_open(trigger_id=trigger, view=reason_modal(notify_on_close=True))

    sandbox_slack.close("carol")

    (payload,) = app.payloads
    assert (payload["type"], payload["view"]["callback_id"], payload["is_cleared"]) == ("view_closed", "deny", False)
    assert sandbox_slack.open_view("carol") is None


def test_closing_is_told_to_nobody_else(sandbox_slack: SandboxSlack, app: App, view: Json) -> None:
    sandbox_slack.close("carol")

    assert app.requests == []
    with pytest.raises(ValueError, match="carol has no such modal open"):
        sandbox_slack.submit("carol", {"reason": "no"})


def test_nobody_submits_the_modal_of_another(sandbox_slack: SandboxSlack, app: App, view: Json) -> None:
    with pytest.raises(ValueError, match="mallory has no such modal open"):
        sandbox_slack.submit("mallory", {"reason": "no"}, view_id=view["id"])
    assert app.requests == []


def test_a_button_in_a_modal_sends_the_modal_along(sandbox_slack: SandboxSlack, client: WebClient, app: App, trigger: str) -> None:
    blocks = [*reason_modal()["blocks"], actions(button("more", value="7"))]
    view = client.views_open(trigger_id=trigger, view=reason_modal(blocks=blocks))["view"]

    report = sandbox_slack.click("carol", "more", view_id=view["id"], values={"reason": "half written"})

    (payload,) = app.payloads
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["view"]["state"]["values"]["reason"]["text"]["value"] == "half written"
    assert payload["actions"][0]["value"] == "7"
    assert "message" not in payload
    pushed = client.views_push(trigger_id=report["payload"]["trigger_id"], view=reason_modal())["view"]
    assert pushed["previous_view_id"] == view["id"]
