"""The page in a real browser."""

import pytest
from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from tests.plugins.sandbox_slack import APPROVALS, Json, SandboxSlack
from tests.sandbox_slack.conftest import Answer, App
from tests.sandbox_slack.parts import button, mrkdwn, plain, posted_with_buttons, reason_modal, section

CONFIRM = {"title": plain("Approve it?"), "text": mrkdwn("It runs *at once*."), "confirm": plain("Approve"), "deny": plain("Not yet")}


@pytest.fixture
def page(browser_page: Page, sandbox_slack: SandboxSlack) -> Page:
    browser_page.goto(f"{sandbox_slack.url}/?as=carol#{APPROVALS}")
    expect(browser_page.locator("#channel-name")).to_have_text("# approvals")
    return browser_page


def test_a_button_asks_before_it_sends(page: Page, client: WebClient, app: App) -> None:
    ts = posted_with_buttons(client, button("approve", value="42", confirm=CONFIRM))
    approve = page.locator(f"article[data-ts='{ts}'] [data-action-id=approve]")

    approve.click()
    expect(page.locator("#confirm-text strong")).to_have_text("at once")
    page.locator("#confirm-no").click()
    assert app.requests == []
    approve.click()
    with page.expect_response("**/sandbox/click"):
        page.locator("#confirm-yes").click()

    (payload,) = app.payloads
    assert (payload["user"]["id"], payload["actions"][0]["value"]) == ("U0CAROL", "42")


def test_a_modal_opens_takes_a_reason_and_closes(page: Page, client: WebClient, app: App) -> None:
    def open_modal(payload: Json) -> Answer:
        if payload["type"] == "block_actions":
            client.views_open(trigger_id=payload["trigger_id"], view=reason_modal())
        return 200, ""

    app.answers = open_modal
    posted_with_buttons(client)
    page.locator("[data-action-id=deny]").click()
    expect(page.locator("#modal-title")).to_have_text("Deny")

    page.locator("#modal-submit").click()
    expect(page.locator("[data-block-id=reason] .trouble")).to_have_text("This field is required.")
    page.locator("#modal [data-action-id=text]").fill("Too risky")
    page.locator("#modal-submit").click()
    expect(page.locator("#modal")).to_be_hidden()

    submission = app.payloads[-1]
    assert submission["type"] == "view_submission"
    assert submission["view"]["state"]["values"]["reason"]["text"]["value"] == "Too risky"


def test_an_update_appears_by_itself(page: Page, client: WebClient) -> None:
    ts = posted_with_buttons(client)
    message = page.locator(f"article[data-ts='{ts}']")
    expect(message.locator("[data-action-id=approve]")).to_be_visible()

    client.chat_update(channel=APPROVALS, ts=ts, text="x", blocks=[section("Approved by <@U0CAROL>")])

    expect(message.locator(".section")).to_have_text("Approved by @Carol")
    expect(message.locator("[data-action-id=approve]")).to_have_count(0)


def test_an_app_that_fails_is_told_below_the_message(page: Page, client: WebClient, app: App) -> None:
    app.answers = lambda _: (500, "")
    ts = posted_with_buttons(client)

    page.locator("[data-action-id=approve]").click()

    expect(page.locator(f"article[data-ts='{ts}'] .trouble")).to_contain_text("it answered 500")


def test_ephemeral_and_direct_messages_are_seen_by_their_person_only(page: Page, client: WebClient) -> None:
    client.chat_postEphemeral(channel=APPROVALS, user="U0CAROL", text="Only for you")
    client.chat_postMessage(channel="U0CAROL", text="Direct")
    expect(page.locator("article.ephemeral")).to_contain_text("Only for you")
    expect(page.locator("#directs button")).to_have_count(1)

    page.locator("select#acting-as").select_option("U0ALICE")

    expect(page.locator("#messages > .none")).to_be_visible()
    expect(page.locator("#directs button")).to_have_count(0)


def test_mrkdwn_is_shown_as_slack_would_and_never_as_html(page: Page, client: WebClient) -> None:
    text = (
        "*bold* _italic_ ~gone~ `code *x*` <https://example.com/a?b=1&amp;c=2|a link> <javascript:alert(1)|no> "
        "&lt;b&gt; &amp;amp; 2*3*4 snake_case_name :white_check_mark:\n&gt; quoted\n```\n- old\n+ new &lt;x&gt;\n```"
    )
    client.chat_postMessage(channel=APPROVALS, text="x", blocks=[section(text), {"type": "header", "text": plain("A & B *c*")}])
    said = page.locator("article .section")

    expect(said.locator("strong")).to_have_text("bold")
    expect(said.locator("em")).to_have_text("italic")
    expect(said.locator("s")).to_have_text("gone")
    expect(said.locator("code")).to_have_text("code *x*")
    expect(said.locator("a")).to_have_count(1)
    expect(said.locator("a")).to_have_attribute("href", "https://example.com/a?b=1&c=2")
    expect(said.locator("blockquote")).to_have_text("quoted")
    expect(said.locator("pre")).to_have_text("- old\n+ new <x>")
    expect(said).to_contain_text("<b> &amp; 2*3*4 snake_case_name ✔")
    expect(page.locator("article h3")).to_have_text("A & B *c*")
