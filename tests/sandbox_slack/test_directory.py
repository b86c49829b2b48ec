"""Who and what is there: auth.test, users.* and conversations.*"""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.plugins.sandbox_slack import APPROVALS, SandboxSlack


def test_the_app_learns_who_it_is(client: WebClient) -> None:
    answer = client.auth_test()

    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T0DEMO", "U0BOT", "B0BOT")


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "dave", "erin", "frank", "gina", "guest", "mallory"])
def test_people_are_found_by_their_address(client: WebClient, name: str) -> None:
    user = client.users_lookupByEmail(email=f"{name.upper()}@example.com")["user"]

    assert (user["id"], user["team_id"], user["profile"]["email"]) == (f"U0{name.upper()}", "T0DEMO", f"{name}@example.com")


@pytest.mark.parametrize("email", ["nobody@example.com", "", "stranger@example.com"])
def test_who_is_not_in_the_workspace_is_not_found_by_address(client: WebClient, email: str) -> None:
    with pytest.raises(SlackApiError, match="users_not_found"):
        client.users_lookupByEmail(email=email)


def test_guests_and_strangers_are_told_apart(client: WebClient) -> None:
    guest, stranger, alice = (client.users_info(user=f"U0{name}")["user"] for name in ("GUEST", "STRANGER", "ALICE"))

    assert (guest["is_restricted"], alice["is_restricted"]) == (True, False)
    assert (stranger["team_id"], stranger["is_stranger"]) == ("T0OTHER", True)
    assert client.users_info(user="U0BOT")["user"]["is_bot"] is True


def test_a_user_that_is_none_is_not_found(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="user_not_found"):
        client.users_info(user="U0NOBODY")


def test_direct_messages_are_opened_once(client: WebClient) -> None:
    first = client.conversations_open(users=["U0ALICE"])["channel"]["id"]
    again = client.conversations_open(users="U0ALICE", return_im=True)["channel"]

    assert again["id"] == first
    assert (again["is_im"], again["user"]) == (True, "U0ALICE")


@pytest.mark.parametrize(
    ("users", "error"),
    [("U0NOBODY", "user_not_found"), ("U0BOT", "cannot_dm_bot"), ("U0ALICE,U0BOB", "missing_scope"), ("", "users_list_not_supplied")],
)
def test_direct_messages_that_cannot_be_opened(client: WebClient, users: str, error: str) -> None:
    with pytest.raises(SlackApiError, match=error):
        client.conversations_open(users=users)


def test_a_channel_tells_whether_it_is_archived(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    sandbox_slack.channel("C0OLD", "old", is_archived=True)

    assert client.conversations_info(channel="C0OLD")["channel"]["is_archived"] is True
    assert client.conversations_info(channel=APPROVALS)["channel"]["is_archived"] is False
    with pytest.raises(SlackApiError, match="channel_not_found"):
        client.conversations_info(channel="C0NEVERUSED")


def test_channels_are_listed_page_by_page(sandbox_slack: SandboxSlack, client: WebClient) -> None:
    sandbox_slack.channel("C0OLD", "old", is_archived=True)
    client.conversations_open(users="U0ALICE")

    pages = client.conversations_list(limit=2)
    names = [[channel["name"] for channel in page["channels"]] for page in pages]

    assert names == [["approvals", "payments"], ["security", "old"]]
    assert "old" not in [channel["name"] for channel in client.conversations_list(exclude_archived=True)["channels"]]
    assert [channel["id"] for channel in client.conversations_list(types="im")["channels"]] == ["D0ALICE"]


def test_a_cursor_that_we_did_not_give_is_refused(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_cursor"):
        client.conversations_list(cursor="zzz")
    with pytest.raises(SlackApiError, match="invalid_limit"):
        client.conversations_list(limit=0)
