"""A real Chromium, the one on PATH, one for the test run.

Without it these tests are skipped; with REQUIRE_ALL=1 in the environment they fail instead.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "there is no chromium on PATH: apt-get install chromium"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless browser; each `new_context()` starts without cookies and storage."""
    path = shutil.which("chromium")
    if path is None:
        (pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip)(MISSING)
    with sync_playwright() as playwright, django_beside_playwright():
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def django_beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, which Django takes for a coroutine that must not use the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def browser_context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def browser_page(browser_context: BrowserContext) -> Iterator[Page]:
    """A page that lets the test fail on any JavaScript error that nobody caught."""
    page, errors = browser_context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


def screenshots(page: Page, folder: Path, name: str) -> None:
    """Picture what the page shows, in light and in dark: `name-light.png`, `name-dark.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=folder / f"{name}-{scheme}.png")
