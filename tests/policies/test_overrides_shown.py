"""What reviewers of an override see first: what it would pass, and why; on its page and in a message that had to leave something out."""

from datetime import UTC, datetime
from typing import Any

import pytest

from approvals.links import admin_path
from approvals.reviews import latest
from autonomy.models import ActionRequest
from autonomy.submission import Override
from devstack.demo.manifests import deployment
from notifications.card import Card
from notifications.message import brief
from tests.approvals.scenes import approve, executed
from tests.notifications.conftest import words_of
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.policies.scenes import DAY, asked, granted

REASON = "The vendor's image, until its successor is tested."


@pytest.fixture
def overriding(world: World, demo_cluster: SandboxCluster, alice: Person) -> ActionRequest:
    """Of two soft-mandatory policies, by a manifest that four others advise about and one lets pass."""
    granted(world)
    policies = ("no-latest-tag", "requests-and-limits")
    override = Override(policies, REASON, datetime.now(UTC) + DAY)
    return executed(world, world.submit(alice, "deployment.apply", {"manifest": careless()}, name="web", override=override))


def careless() -> dict[str, Any]:
    manifest = deployment("payments-dev", "web", "registry.example/app:latest", 1)
    del manifest["metadata"]["labels"]
    (container,) = manifest["spec"]["template"]["spec"]["containers"]
    container["securityContext"] = {}
    container["resources"] = {}
    return manifest


def test_its_page_tells_what_and_why_before_the_difference_and_what_refuses_before_what_advises(
    overriding: ActionRequest, carol: Person
) -> None:
    page = carol.browser.get(admin_path(overriding)).content.decode()

    assert page.index("The vendor&#x27;s image") < page.index('id="difference-title"')
    order = [page.index(f"q={slug}") for slug in ("no-latest-tag", "requests-and-limits", "required-labels", "run-as-non-root")]
    assert order == sorted(order)


def test_a_message_that_leaves_something_out_keeps_the_override_and_the_strictest(overriding: ActionRequest) -> None:
    content = brief(Card(overriding, latest(overriding)))
    shown = words_of({"text": content.text, "blocks": list(content.blocks)})

    assert "*Overrides* no-latest-tag, requests-and-limits until " in shown
    assert REASON in shown
    assert "*no-latest-tag* (soft-mandatory)" in shown
    assert "*required-labels*" not in shown


def test_a_warning_of_our_own_is_not_told_as_the_clusters(world: World, alice: Person, dave: Person) -> None:
    granted(world)
    request = asked(world, alice, "run-as-non-root", remove=True)

    page = dave.browser.get(admin_path(request)).content.decode()

    assert "<b>Warning:</b> The exemption of sandbox/payments-dev/Deployment/web ends with it" in page
    assert approve(request, dave).status == "queued"
