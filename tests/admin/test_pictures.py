"""The admin as people see it, in light and in dark: `WRITE_PICTURES=1` keeps the pictures in docs/images."""

import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page
from pytest_django import Settings

from approvals.links import admin_path
from tests.admin.browsing import sign_in
from tests.admin.scene import play, populate, strict_in_production
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import World

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
POLICY = "/admin/guidance/policy/run-as-non-root/change/"
IMAGES = Path(__file__).resolve().parents[2] / "docs/images"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return IMAGES if os.environ.get("WRITE_PICTURES") == "1" else tmp_path


def test_the_pages_fit_at_every_width(
    committed_world: World, sandbox_cluster: SandboxCluster, settings: Settings, admin_server: str, browser_page: Page, folder: Path
) -> None:
    populate(sandbox_cluster.gateway("admin"))
    settings.KUBECONFIG_DIR = sandbox_cluster.kubeconfig_dir / "worker"
    shown = play(committed_world)
    strict_in_production(committed_world)
    page = browser_page
    sign_in(page, admin_server, committed_world["carol"])

    for name, path in {"queue": "/admin/requests/waiting/", "request": admin_path(shown), "policy": POLICY}.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.goto(admin_server + path)  # the admin chooses its colours when it loads
            page.screenshot(path=folder / f"admin-{name}-{scheme}.png")
        for width in (1280, 820, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width
