"""What people write is shown as they wrote it, and is never a part of the page, the message, the query or the header."""

from typing import Any
from urllib.parse import quote

import pytest
from auditlog.models import LogEntry
from django.core import mail as outbox

from accounts.models import Account, Group, Scope
from accounts.services.tokens import issue
from approvals.links import admin_path
from audit.models import Delivery, Event
from autonomy.models import ActionRequest, Boundary
from notifications import blocks, mail, message
from notifications.card import read
from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7|add:7 }}"
"""Also closes attributes, and would tell 14 where it is taken for a template."""
SLACK = "<!channel> <@U0CAROL> <https://evil.example|Approve>\n:white_check_mark: *Approved* by carol\r\n&lt;!here&gt; @here #approvals"
NAMES = ["first_name", "last_name", "email"]


@pytest.fixture
def written(world: World, alice: Person, carol: Person) -> ActionRequest:
    """Every text that somebody can write holds an attack."""
    Account.objects.filter(pk=alice.account.pk).update(first_name=SCRIPT[:150], last_name=SCRIPT[:150], email=SCRIPT)
    Group.objects.filter(pk="payments").update(name=SCRIPT[:80])
    issue(carol.account, name=SCRIPT[:80], scopes=[Scope.READ], actor=carol.actor())
    parameters = {
        "level": 3,
        "actions": [SCRIPT[:80]],
        "environments": [SCRIPT[:20]],
        "reason": SCRIPT,
        "condition": f"action == {SCRIPT!r}",
    }
    for name in ("first", "second"):
        request = world.submit(alice, "boundary.set", parameters, name=name, reason=SCRIPT)
        world.work()
        if name == "first":
            body = {"digest": world.fresh(request).plan_digest, "comment": SCRIPT}
            assert carol.client.post(f"{REQUESTS}{request.id}/approve/", body).status_code == 200
            world.work()
    Delivery.objects.update(last_error=SCRIPT)
    Delivery.objects.create(
        listener="notifications.show",
        stream=request.id,
        seq=1,
        lane=SCRIPT,
        created_at=request.created_at,
        published_at=request.created_at,
        last_error=SCRIPT,
    )
    carol.account.first_name = SCRIPT[:150]
    carol.account.save()  # a field diff
    return world.fresh(request)


PAGES = [
    "/admin/requests/{id}/",
    "/admin/requests/waiting/",
    "/admin/autonomy/actionrequest/",
    "/admin/autonomy/actionrequest/?q={attack}",
    "/admin/autonomy/actionrequest/?team={attack}",
    "/admin/autonomy/boundary/",
    "/admin/autonomy/boundary/?q={attack}",
    "/admin/audit/event/",
    "/admin/audit/event/?q={attack}",
    "/admin/audit/delivery/",
    "/admin/auditlog/logentry/",
    "/admin/accounts/account/",
    "/admin/accounts/group/",
    "/admin/accounts/group/payments/change/",
    "/admin/accounts/membership/",
    "/admin/tokens/",
    "/admin/tokens/?page={attack}",
    "/admin/{attack}/",
    "/slack/link/?token={attack}",
    "/problems/{attack}/",
    "/admin/search/?s={attack}",
    "/admin/login/?next={attack}",
]


def test_no_page_takes_a_text_for_its_own(written: ActionRequest, carol: Person) -> None:
    browser = carol.browser
    for path in PAGES:
        answer = browser.get(path.format(id=written.id, attack=quote(SCRIPT, safe="")), follow=True)
        assert answer.status_code in {200, 400, 404}, path
        page = answer.content.decode()
        assert [mark for mark in ("<script>alert(1)", "<img src=x", "&gt;14") if mark in page] == [], path


def test_nor_do_the_pages_of_single_rows(written: ActionRequest, carol: Person) -> None:
    rows = {
        "autonomy/boundary": [Boundary.objects.get(slug="first").pk],
        "audit/event": list(Event.objects.filter(actor_name__in=["alice", "carol"]).values_list("pk", flat=True)),
        "audit/delivery": list(Delivery.objects.values_list("pk", flat=True)),
        "auditlog/logentry": list(LogEntry.objects.values_list("pk", flat=True)),
        "accounts/account": [written.requester_id],
    }
    browser = carol.browser
    for page, ids in rows.items():
        assert ids, page
        for pk in ids:
            answer = browser.get(f"/admin/{page}/{pk}/change/")
            assert answer.status_code == 200
            assert "<script>alert(1)" not in answer.content.decode()
            assert "<img src=x" not in answer.content.decode()


def test_a_problem_is_json_whatever_it_tells(written: ActionRequest, carol: Person) -> None:
    answer = carol.client.post(REQUESTS, {"action": SCRIPT[:80], "target": {"name": "x"}, SCRIPT: 1})

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_no_text_mentions_people_or_hides_a_link_in_slack(world: World, alice: Person) -> None:
    parameters = {"level": 3, "actions": [SLACK[:80]], "reason": SLACK}
    request = world.submit(alice, "boundary.set", parameters, name="weekend", reason=SLACK)
    world.work()
    card = read(request.id)

    for told in (message.message(card), message.brief(card), message.replaced(card)):
        _is_plain(told.text)
        for text in _mrkdwn(told.blocks):
            _is_plain(text)
    for view in (message.review_modal(card), message.deny_modal(card)):
        for text in _mrkdwn(view):
            _is_plain(text)


def test_what_slack_would_link_by_itself_stays_text(world: World, alice: Person) -> None:
    """Without `verbatim` Slack turns bare addresses into links, and names of channels and some mentions into what they name."""
    request = world.waiting(alice)

    marked = [part for part in _parts(message.message(read(request.id)).blocks) if part.get("type") == "mrkdwn"]

    assert marked
    assert [part for part in marked if part.get("verbatim") is not True] == []


def _is_plain(text: str) -> None:
    """Whatever stands in angle brackets we wrote ourselves: a time, or the link to the request's page."""
    for part in text.split("<")[1:]:
        assert part.startswith(("!date^", "http://127.0.0.1:8000/admin/requests/")), text
    assert "\n:white_check_mark:" not in text


def _parts(value: object) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(part for item in value.values() for part in _parts(item))]
    return [part for item in value for part in _parts(item)] if isinstance(value, list | tuple) else []


def _mrkdwn(value: object) -> list[str]:
    return [part["text"] for part in _parts(value) if part.get("type") == "mrkdwn"]


@pytest.mark.parametrize("text", ["a\nb", "a`b", "```", "`*x*`", "<!here>"])
def test_code_in_slack_stays_in_its_line(text: str) -> None:
    code = blocks.code(text)

    assert (code.count("`"), code[0], code[-1]) == (2, "`", "`")
    assert "\n" not in code
    assert "<" not in code


def test_no_text_becomes_a_header_of_an_e_mail(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    mail.send(["carol@example.com"], "Weekend\r\nBcc: everybody@example.com\n\nHello", "text")

    (letter,) = outbox.outbox
    assert letter.subject == "Weekend Bcc: everybody@example.com Hello"
    assert letter.message()["Bcc"] is None


SQL = [
    "' OR 1=1 --",
    "x'; DROP TABLE audit_event; --",
    "%",
    "_",
    "\\",
    "$1",
    "%s",
    "%(id)s",
    "alice' UNION SELECT secret_key --",
    '"',
    "{}",
]


@pytest.mark.parametrize("name", ["action", "team", "requester", "namespace"])
def test_a_filter_is_a_value_and_no_pattern(world: World, alice: Person, carol: Person, name: str) -> None:
    world.submit(alice, "deployment.restart")

    for text in SQL:
        answer = carol.client.get(REQUESTS, {name: text})
        assert (answer.status_code, answer.json()["results"]) == (200, []), text


def test_a_text_in_a_path_is_no_query(carol: Person) -> None:
    browser = carol.browser
    for text in SQL:
        assert carol.client.get(f"{REQUESTS}{quote(text, safe='')}/").status_code == 404
        assert browser.get(f"/admin/audit/event/?q={quote(text)}").status_code == 200


def test_a_line_break_in_a_header_is_refused_or_gone(world: World, alice: Person) -> None:
    body = {"action": "deployment.restart", "target": {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}}

    for key in ("a\r\nSet-Cookie: x=1", "a\nb", "\u00e9", " a", ""):
        answer = alice.client.post(REQUESTS, body, idempotency_key=key)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-idempotency-key")
        assert "Set-Cookie" not in answer.headers
    assert ActionRequest.objects.count() == 0


def test_the_page_of_a_request_is_where_it_says(written: ActionRequest) -> None:
    assert admin_path(written) == f"/admin/requests/{written.id}/"
