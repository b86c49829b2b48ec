"""Approving and denying in the admin, and what must not happen when it is refused."""

import re
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client

from approvals.links import admin_path
from approvals.models import Decision
from approvals.services.decide import approve
from audit.models import Delivery
from autonomy.models import ActionRequest, Boundary
from autonomy.status import Status
from tests.plugins.admin_door import AdminDoor, csrf_token
from tests.plugins.world import Person, World


@pytest.fixture
def waiting(world: World, alice: Person) -> ActionRequest:
    """alice asks for a new boundary; one platform admin has to approve."""
    return world.waiting(alice)


def through_admin(person: Person, request: pytest.FixtureRequest) -> AdminDoor:
    return AdminDoor(person, request)


def assert_untouched(world: World, request: ActionRequest) -> None:
    """Nobody's word is recorded, nothing is queued, the rule that was asked for does not exist."""
    now = world.fresh(request)
    assert (now.status, now.seq) == (request.status, request.seq)
    assert not Decision.objects.filter(review__request=request).exists()
    assert not Delivery.objects.filter(stream=request.pk).exists()
    assert not Boundary.objects.filter(slug=request.name).exists()


def test_an_approval_is_recorded_with_its_door_and_digest_and_takes_effect(
    world: World, carol: Person, waiting: ActionRequest, request: pytest.FixtureRequest
) -> None:
    answer = through_admin(carol, request).approve(waiting, comment="Agreed in the platform meeting.")

    assert answer.done
    decision = Decision.objects.get(review__request=waiting)
    assert (decision.name, decision.verdict, decision.comment) == ("carol", "approve", "Agreed in the platform meeting.")
    assert (decision.door, decision.digest) == ("admin", waiting.plan_digest)
    assert world.fresh(waiting).status == Status.QUEUED
    world.work()
    assert world.fresh(waiting).status == Status.SUCCEEDED
    assert Boundary.objects.filter(slug=waiting.name).exists()


def test_a_denial_ends_it_with_its_reason(world: World, carol: Person, waiting: ActionRequest, request: pytest.FixtureRequest) -> None:
    assert through_admin(carol, request).deny(waiting, comment="Weekends have an on-call.").done
    assert world.fresh(waiting).status == Status.DENIED
    assert Decision.objects.get(review__request=waiting).comment == "Weekends have an on-call."
    assert not Boundary.objects.filter(slug=waiting.name).exists()


def test_a_denial_without_a_reason_is_refused(world: World, carol: Person, waiting: ActionRequest, request: pytest.FixtureRequest) -> None:
    assert through_admin(carol, request).deny(waiting, comment="  ").refused_because == "comment-missing"
    assert_untouched(world, waiting)


def test_nobody_decides_on_her_own_request(world: World, carol: Person, request: pytest.FixtureRequest) -> None:
    own = world.waiting(carol)
    assert through_admin(carol, request).approve(own).refused_because == "own-request"
    assert_untouched(world, own)


@pytest.mark.parametrize("name", ["dave", "gina", "alice"])
def test_who_is_not_asked_cannot_decide(world: World, waiting: ActionRequest, name: str, request: pytest.FixtureRequest) -> None:
    """Security is not asked here, an auditor never is, and the requester's own request is hers alone to cancel."""
    expected = "own-request" if name == "alice" else "not-your-stage"
    assert through_admin(world[name], request).approve(waiting).refused_because == expected
    assert through_admin(world[name], request).deny(waiting, comment="no").refused_because == expected
    assert_untouched(world, waiting)


@pytest.mark.parametrize("name", ["alice", "dave"])
def test_a_superuser_flag_does_not_help(world: World, waiting: ActionRequest, name: str, request: pytest.FixtureRequest) -> None:
    account = world[name].account
    account.is_superuser = True
    account.save()
    assert not through_admin(world[name], request).approve(waiting).done
    assert_untouched(world, waiting)


def test_who_joins_the_group_afterwards_cannot_decide(
    world: World, dave: Person, waiting: ActionRequest, request: pytest.FixtureRequest
) -> None:
    world.join(dave, "platform-admins")
    assert through_admin(dave, request).approve(waiting).refused_because == "not-your-stage"
    assert_untouched(world, waiting)


def test_a_developer_of_another_team_is_told_that_there_is_no_such_request(
    world: World, bob: Person, waiting: ActionRequest, request: pytest.FixtureRequest
) -> None:
    door = through_admin(bob, request)
    assert not door.sees(waiting)
    assert bob.browser.get(f"{admin_path(waiting)}state/").status_code == 404
    assert door.approve(waiting).refused_because == "not-found"
    assert door.deny(waiting, comment="no").refused_because == "not-found"
    assert door.cancel(waiting).refused_because == "not-found"
    assert_untouched(world, waiting)


def test_another_plans_digest_is_refused_and_the_typed_reason_is_kept(
    world: World, carol: Person, waiting: ActionRequest, request: pytest.FixtureRequest
) -> None:
    browser = carol.browser
    form = {"digest": "sha256:" + "0" * 64, "comment": "I read the other plan.", "csrfmiddlewaretoken": csrf_token(browser)}
    answer = browser.post(f"{admin_path(waiting)}approve/", form)
    assert answer.status_code == 409
    assert b'data-problem="plan-changed"' in answer.content
    assert b"I read the other plan.</textarea>" in answer.content
    assert waiting.plan_digest.encode() in answer.content
    assert_untouched(world, waiting)


def test_no_digest_is_refused(world: World, carol: Person, waiting: ActionRequest, request: pytest.FixtureRequest) -> None:
    assert through_admin(carol, request).approve(waiting, digest="").refused_because == "plan-changed"
    assert_untouched(world, waiting)


def test_the_same_vote_twice_counts_once(world: World, carol: Person, waiting: ActionRequest, request: pytest.FixtureRequest) -> None:
    door = through_admin(carol, request)
    assert door.approve(waiting).done
    assert door.approve(waiting).done
    assert Decision.objects.filter(review__request=waiting).count() == 1
    assert world.events(waiting).count("request.approved") == 1


def test_the_opposite_vote_is_refused(world: World, carol: Person, waiting: ActionRequest, request: pytest.FixtureRequest) -> None:
    door = through_admin(carol, request)
    assert door.deny(waiting, comment="no").done
    assert door.approve(waiting).refused_because == "already-decided"
    assert world.fresh(waiting).status == Status.DENIED


@pytest.mark.parametrize("verb", ["approve", "deny", "cancel"])
def test_a_get_changes_nothing(world: World, carol: Person, waiting: ActionRequest, verb: str) -> None:
    form = {"digest": waiting.plan_digest, "comment": "by a link"}
    assert carol.browser.get(f"{admin_path(waiting)}{verb}/", form).status_code == 405
    assert_untouched(world, waiting)


@pytest.mark.parametrize("verb", ["approve", "deny", "cancel"])
def test_a_form_of_another_site_is_refused(world: World, carol: Person, waiting: ActionRequest, verb: str) -> None:
    """The browser sends the session along, but such a site cannot know the CSRF token."""
    form = {"digest": waiting.plan_digest, "comment": "forged"}
    assert carol.browser.post(f"{admin_path(waiting)}{verb}/", form).status_code == 403
    assert carol.browser.post(f"{admin_path(waiting)}{verb}/", {**form, "csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert_untouched(world, waiting)


@pytest.mark.parametrize("verb", ["approve", "deny", "cancel"])
def test_who_is_not_signed_in_is_sent_to_the_login_page(world: World, waiting: ActionRequest, verb: str) -> None:
    answer = Client().post(f"{admin_path(waiting)}{verb}/", {"digest": waiting.plan_digest, "comment": "who am I"})
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/")
    assert_untouched(world, waiting)


def test_a_service_account_has_no_way_in(world: World, waiting: ActionRequest) -> None:
    ci = world["ci-payments"]
    answer = ci.browser.get(admin_path(waiting))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/")


def test_only_the_requester_cancels(
    world: World, alice: Person, carol: Person, waiting: ActionRequest, request: pytest.FixtureRequest
) -> None:
    assert through_admin(carol, request).cancel(waiting).refused_because == "may-not-cancel"
    assert_untouched(world, waiting)
    assert through_admin(alice, request).cancel(waiting).done
    assert world.fresh(waiting).status == Status.CANCELLED


def test_of_an_approval_and_a_denial_at_the_same_moment_exactly_one_wins(committed_world: World, request: pytest.FixtureRequest) -> None:
    waiting = committed_world.waiting(committed_world["alice"])
    carol, frank = AdminDoor(committed_world["carol"], request), AdminDoor(committed_world["frank"], request)
    for door in (carol, frank):
        csrf_token(door.browser)
    together, answers = Barrier(2), {}

    def vote(name: str) -> None:
        together.wait()
        answers[name] = carol.approve(waiting) if name == "carol" else frank.deny(waiting, comment="no")
        connection.close()

    threads = [Thread(target=vote, args=[name]) for name in ("carol", "frank")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    won = Decision.objects.get(review__request=waiting)
    loser = "frank" if won.name == "carol" else "carol"
    assert answers[won.name].done
    assert answers[loser].refused_because == "not-open"
    expected = Status.QUEUED if won.verdict == Decision.Verdict.APPROVE else Status.DENIED
    assert committed_world.fresh(waiting).status == expected


def test_who_decides_on_a_replaced_plan_reads_what_moved(world: World, carol: Person, frank: Person, alice: Person) -> None:
    request = world.waiting(alice, name="big-scale")
    old = request.plan_digest
    approve(request.id, actor=carol.actor(), digest=old)
    Boundary.objects.filter(slug="big-scale").update(namespaces=["other-*"])
    world.work()

    browser = frank.browser
    form = {"digest": old, "csrfmiddlewaretoken": csrf_token(browser)}
    page = browser.post(f"{admin_path(request)}approve/", form).content.decode()

    problem = page[page.index('data-problem="plan-changed"') : page.index('<header class="daf-head"')]
    assert "Plan 1 was replaced by plan 2." in problem
    assert re.findall(r'daf-line daf-(added|removed)">.*?<code>(.*?)</code>', problem) == [
        ("removed", "  namespaces: []"),
        ("added", "  namespaces:"),
        ("added", "  - other-*"),
    ]
    assert world.fresh(request).status == Status.AWAITING_APPROVAL
