"""The message as people see it in Slack, in light and in dark: `WRITE_PICTURES=1` keeps the pictures in docs/images."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from approvals.models import ApprovalRule
from autonomy.models import ActionRequest
from devstack.demo.manifests import all_manifests
from tests.notifications.conftest import Slack, votes_of
from tests.plugins.browser import screenshots
from tests.plugins.sandbox_cluster import SandboxCluster

IMAGES = Path(__file__).resolve().parents[2] / "docs/images"
REASON = "Checkout is throttled at peak since the fraud check moved in-process. Twice the CPU brings p95 back from 640 to 180 ms."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return IMAGES if os.environ.get("WRITE_PICTURES") == "1" else tmp_path


@pytest.fixture
def quota(slack: Slack, sandbox_cluster: SandboxCluster, settings: Any) -> ActionRequest:
    """Two admins have to agree; frank has."""
    settings.KUBECONFIG_DIR = sandbox_cluster.kubeconfig_dir / "worker"
    for manifest in all_manifests():
        sandbox_cluster.gateway("admin").apply(manifest)
    ApprovalRule.objects.filter(slug="cluster-by-admins").update(needs={"platform-admins": 2})
    alice, world = slack.world["alice"], slack.world
    parameters = {"hard": {"requests.cpu": "8"}}
    request = world.submit(alice, "quota.set", parameters, name="compute", namespace="payments-prod", reason=REASON)
    world.work()
    slack.click("frank", "approve")
    world.work()
    return request


def test_a_person_approves_in_slack(slack: Slack, quota: ActionRequest, browser_page: Page, folder: Path) -> None:
    page = browser_page
    page.goto(f"{slack.sandbox.url}/?as=carol#C0APPROVALS")
    approve = page.locator("[data-action-id=approve]")
    expect(approve).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 960})
    screenshots(page, folder, "slack-message")

    approve.click()
    with page.expect_response("**/sandbox/click"):
        page.locator("#confirm-yes").click()
    slack.world.work()

    expect(page.locator("article").last).to_contain_text("Approved by frank")
    expect(approve).to_have_count(0)
    assert [name for name, _, _ in votes_of(quota)] == ["frank", "carol"]
