"""A Slack user is bound to an account by who controls both, once, in sight."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone

from audit.actor import Actor
from audit.models import Event
from notifications import courier, linking
from notifications.errors import LinkedOtherwise, NotInSlack
from notifications.models import SlackIdentity
from notifications.services.link import link, unlink
from tests.plugins.admin_door import csrf_token
from tests.plugins.sandbox_slack import TEAM, SandboxSlack
from tests.plugins.world import Person, World

pytestmark = pytest.mark.usefixtures("slack_settings")
COMMAND = Actor.command("test")


def path_for(user: str) -> str:
    return re.sub(r"^https?://[^/]+", "", linking.invitation(user))


def confirm(browser: Client, path: str) -> int:
    token = path.partition("token=")[2].replace("%3A", ":")
    return browser.post("/slack/link/", {"token": token, "csrfmiddlewaretoken": csrf_token(browser)}).status_code


def test_the_page_shows_both_and_binds_on_confirmation(carol: Person, sandbox_slack: SandboxSlack) -> None:
    browser, path = carol.browser, path_for("U0CAROL")

    page = browser.get(path).content.decode()
    assert "@carol" in page
    assert "carol@example.com" in page
    assert not SlackIdentity.objects.exists()
    assert confirm(browser, path) == 200

    identity = SlackIdentity.objects.get()
    assert (identity.team_id, identity.user_id, identity.account_id) == (TEAM, "U0CAROL", carol.account.id)
    event = Event.objects.get(stream=identity.id)
    assert (event.type, event.actor_name, event.door) == ("slack-identity.linked", "carol", "admin")
    assert courier.settled(10)
    assert "You act as *carol* now" in sandbox_slack.messages("D0CAROL")[0]["text"]


def test_a_link_is_good_once(carol: Person) -> None:
    path = path_for("U0CAROL")
    assert confirm(carol.browser, path) == 200
    unlink(TEAM, "U0CAROL", actor=COMMAND)

    assert confirm(carol.browser, path) == 400
    assert not SlackIdentity.objects.exists()


def test_a_link_runs_out(carol: Person) -> None:
    path = path_for("U0CAROL")

    with time_machine.travel(timezone.now() + linking.GOOD_FOR + timedelta(seconds=5)):
        answer = carol.browser.get(path)

    assert answer.status_code == 400
    assert 'data-problem="link-expired"' in answer.content.decode()


@pytest.mark.parametrize(
    "token",
    ["", "forged", signing.dumps(["T0OTHER", "U0CAROL", "1"], salt="slack-link"), signing.dumps(["U0CAROL"])],
    ids=["none", "forged", "another workspace's", "signed for something else"],  # signatures carry the time: as names they would differ
)
def test_a_token_that_is_not_ours_binds_nothing(carol: Person, token: str) -> None:
    assert confirm(carol.browser, f"?token={token}") == 400
    assert not SlackIdentity.objects.exists()


def test_the_link_alone_is_not_enough(db: None) -> None:
    answer = Client().get(path_for("U0CAROL"))

    assert answer.status_code == 302
    assert urlsplit(answer["Location"]).path == "/admin/login/"


def test_somebody_elses_link_is_refused(carol: Person, alice: Person) -> None:
    """Alice sends her own link to carol, who is signed in."""
    answer = carol.browser.get(path_for("U0ALICE"))

    assert answer.status_code == 409
    assert 'data-problem="linked-otherwise"' in answer.content.decode()
    assert confirm(carol.browser, path_for("U0ALICE")) == 409
    assert not SlackIdentity.objects.exists()


def test_without_the_session_s_own_token_nothing_is_bound(carol: Person) -> None:
    token = path_for("U0CAROL").partition("token=")[2].replace("%3A", ":")

    assert carol.browser.post("/slack/link/", {"token": token}).status_code == 403
    assert not SlackIdentity.objects.exists()


@pytest.mark.parametrize(
    ("user", "slug"), [("U0GUEST", "slack-guest"), ("U0BOT", "not-for-slack"), ("U0STRANGER", "slack-guest"), ("U0NOBODY", "link-expired")]
)
def test_guests_bots_and_strangers_are_not_bound(carol: Person, user: str, slug: str) -> None:
    answer = carol.browser.get(path_for(user))

    assert f'data-problem="{slug}"' in answer.content.decode()
    assert confirm(carol.browser, path_for(user)) in {400, 403}
    assert not SlackIdentity.objects.exists()


def test_when_slack_is_away_nobody_is_bound(carol: Person, sandbox_slack: SandboxSlack) -> None:
    sandbox_slack.fault("users.info", status=503)

    assert confirm(carol.browser, path_for("U0CAROL")) == 503
    assert not SlackIdentity.objects.exists()


def test_linking_again_changes_nothing(carol: Person) -> None:
    first = link(carol.account, TEAM, "U0CAROL", actor=COMMAND)
    second = link(carol.account, TEAM, "U0CAROL", actor=COMMAND)

    assert first == second
    assert Event.objects.filter(type="slack-identity.linked").count() == 1


def test_one_user_one_account(carol: Person, frank: Person) -> None:
    link(carol.account, TEAM, "U0CAROL", actor=COMMAND)

    with pytest.raises(LinkedOtherwise):
        link(frank.account, TEAM, "U0CAROL", actor=COMMAND)
    with pytest.raises(LinkedOtherwise):
        link(carol.account, TEAM, "U0FRANK", actor=COMMAND)
    assert SlackIdentity.objects.count() == 1


def test_a_service_account_is_not_linked(ci_payments: Person) -> None:
    with pytest.raises(NotInSlack):
        link(ci_payments.account, TEAM, "U0CI", actor=COMMAND)


def test_unlinking_is_an_event_and_twice_is_once(carol: Person, world: World) -> None:
    identity = link(carol.account, TEAM, "U0CAROL", actor=COMMAND)

    unlink(TEAM, "U0CAROL", actor=COMMAND)
    unlink(TEAM, "U0CAROL", actor=COMMAND)

    assert world.events(identity) == ["slack-identity.linked", "slack-identity.unlinked"]
    assert not SlackIdentity.objects.exists()
