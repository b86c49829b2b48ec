"""An approver who loses the role between the decision and the execution."""

from uuid import uuid4

from tests.plugins.product import Product, network_policy

CHANGE = """
from accounts.models import Account
from accounts.services import groups
from audit.actor import Actor
groups.{verb}(Account.objects.get(username={person!r}), {group!r}, actor=Actor.command("test"))
"""


def change(product: Product, verb: str, person: str, group: str) -> None:
    product.stack.manage("shell", "--no-imports", "-c", CHANGE.format(verb=verb, person=person, group=group))


def test_an_approval_whose_giver_has_left_the_group_does_not_run(product: Product) -> None:
    name = f"policy-{uuid4().hex[:8]}"
    request = product.until(product.submit("alice", network_policy(name)), "awaiting_approval")
    with product.without("worker"):
        assert product.vote("dave", "approve", request).json()["status"] == "queued"
        change(product, "leave", "dave", "security")
    try:
        product.until(request, "awaiting_approval")
        assert product.events(request)[-2:] == ["request.approved", "request.approval_voided"]
        assert product.writes(name) == []
        assert product.vote("dave", "approve", request).status_code in (403, 404)

        assert product.vote("erin", "approve", request).status_code == 200
        product.until(request, "succeeded")
        assert len(product.writes(name)) == 1
    finally:
        change(product, "join", "dave", "security")
    product.until_all_is_heard()
    product.verify_ledger()
