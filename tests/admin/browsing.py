"""What people do with a browser."""

from playwright.sync_api import Page

from tests.plugins.world import Person

PASSWORD = "a password for the tests"


def sign_in(page: Page, address: str, who: Person) -> None:
    """Through the login page, as anybody would."""
    who.account.set_password(PASSWORD)
    who.account.save(update_fields=["password"])
    page.goto(f"{address}/admin/")
    page.get_by_label("Username").fill(who.name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/login/" not in url)
