"""The admin in a real browser: signing in, the queue, a decision, and pages that keep themselves up to date."""

from playwright.sync_api import Page, expect

from approvals.links import admin_path
from approvals.models import Decision
from approvals.services.decide import approve, deny
from audit.actor import Door
from autonomy.models import ActionRequest
from autonomy.status import Status
from tests.admin.browsing import sign_in
from tests.plugins.world import World

SOON = 15_000
"""Milliseconds within which an open page shows what has happened."""


def opened(page: Page, address: str, world: World, who: str) -> ActionRequest:
    """alice has asked, and `who` has the page of her request open."""
    waiting = world.waiting(world["alice"])
    sign_in(page, address, world[who])
    page.goto(address + admin_path(waiting))
    return waiting


def test_carol_signs_in_opens_her_queue_and_approves(committed_world: World, admin_server: str, browser_page: Page) -> None:
    page, world = browser_page, committed_world
    waiting = world.waiting(world["alice"])
    sign_in(page, admin_server, world["carol"])
    expect(page.get_by_role("heading", name="Waits for me")).to_be_visible()
    page.get_by_role("link", name="Change an autonomy boundary").click()
    expect(page.get_by_role("region", name="The plan as a unified difference")).to_contain_text("level: 3")
    page.get_by_label("Reason").fill("Agreed.")
    page.get_by_role("button", name="Approve").click()

    expect(page.get_by_text("Approved. It runs now, exactly as reviewed.")).to_be_visible()
    expect(page.get_by_text("You have approved this just now.")).to_be_visible()
    assert world.fresh(waiting).status == Status.QUEUED
    assert Decision.objects.get(review__request=waiting).comment == "Agreed."
    page.goto(f"{admin_server}/admin/requests/waiting/")
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()


def test_the_keyboard_is_enough(committed_world: World, admin_server: str, browser_page: Page) -> None:
    page = browser_page
    waiting = opened(page, admin_server, committed_world, "carol")
    page.get_by_label("Reason").focus()
    page.keyboard.type("Not at the weekend.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Deny")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Denied. The requester is told your reason.")).to_be_visible()
    assert committed_world.fresh(waiting).status == Status.DENIED


def test_a_denial_without_a_reason_says_so_and_can_be_mended(committed_world: World, admin_server: str, browser_page: Page) -> None:
    page = browser_page
    waiting = opened(page, admin_server, committed_world, "carol")
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alert")).to_contain_text("A denial needs a reason")
    assert page.url == admin_server + admin_path(waiting)
    page.get_by_label("Reason").fill("Not at the weekend.")
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_text("Denied.").first).to_be_visible()
    assert committed_world.fresh(waiting).status == Status.DENIED


def test_the_requesters_open_page_shows_a_decision_by_itself(committed_world: World, admin_server: str, browser_page: Page) -> None:
    page, world = browser_page, committed_world
    waiting = opened(page, admin_server, world, "alice")
    deny(waiting.id, actor=world["carol"].actor(Door.SLACK), comment="Weekends have an on-call.")
    expect(page.locator(".daf-votes")).to_contain_text("Weekends have an on-call.", timeout=SOON)
    expect(page.locator(".daf-head")).to_contain_text("Denied")


def test_an_open_page_turns_to_history_when_it_ends(committed_world: World, admin_server: str, browser_page: Page) -> None:
    page, world = browser_page, committed_world
    waiting = opened(page, admin_server, world, "frank")
    headline = page.locator("#difference-title")
    expect(headline).to_contain_text("What would change")
    approve(waiting.id, actor=world["carol"].actor(Door.SLACK), digest=waiting.plan_digest)
    world.work()

    expect(headline).to_contain_text("What was changed", timeout=SOON)
    expect(page.locator("#decide")).to_contain_text("It was approved.")
    expect(page.locator(".daf-head")).to_contain_text("alice asked for")


def test_a_half_typed_reason_survives_what_others_do(committed_world: World, admin_server: str, browser_page: Page) -> None:
    page, world = browser_page, committed_world
    waiting = opened(page, admin_server, world, "carol")
    page.get_by_label("Reason").fill("I am still thinking about")
    approve(waiting.id, actor=world["frank"].actor(Door.SLACK), digest=waiting.plan_digest)

    expect(page.locator("#notice")).to_contain_text("This can no longer be decided by you.", timeout=SOON)
    expect(page.get_by_label("Reason")).to_have_value("I am still thinking about")
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()


def test_an_open_queue_shows_what_comes(committed_world: World, admin_server: str, browser_page: Page) -> None:
    page, world = browser_page, committed_world
    sign_in(page, admin_server, world["carol"])
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    world.waiting(world["alice"])
    expect(page.get_by_role("link", name="Change an autonomy boundary")).to_be_visible(timeout=SOON)


def test_a_developer_signs_in_and_reads_her_own_requests(committed_world: World, admin_server: str, browser_page: Page) -> None:
    page, world = browser_page, committed_world
    waiting = opened(page, admin_server, world, "alice")
    expect(page.get_by_role("heading", name="Decision")).to_be_visible()
    expect(page.get_by_text("Nobody decides on her own request")).to_be_visible()
    page.get_by_role("button", name="Cancel this request").click()
    expect(page.get_by_text("Cancelled.").first).to_be_visible()
    assert world.fresh(waiting).status == Status.CANCELLED


def test_a_plan_never_changes_under_the_eyes_of_who_reads_it(committed_world: World, admin_server: str, browser_page: Page) -> None:
    """Somebody else's change makes the approved plan drift, so it is planned anew while carol reads the old plan."""
    page, world = browser_page, committed_world
    frank = world["frank"].actor(Door.SLACK)
    waiting = opened(page, admin_server, world, "carol")
    other = world.submit(world["alice"], "boundary.set", {"level": 2, "reason": "Faster."}, name=waiting.name)
    world.work()
    approve(other.id, actor=frank, digest=world.fresh(other).plan_digest)
    world.work()
    approve(waiting.id, actor=frank, digest=waiting.plan_digest)
    world.work()
    assert world.fresh(waiting).plan_digest != waiting.plan_digest

    expect(page.locator("#notice")).to_contain_text("There is a new plan. Read it before you decide.", timeout=SOON)
    expect(page.locator("#plan")).to_contain_text(waiting.plan_digest)
    page.get_by_role("button", name="Show it as it is now").click()
    expect(page.locator("#plan")).to_contain_text(world.fresh(waiting).plan_digest)
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()
