"""What happens to a review: people who agree, rules that change, time that passes, rows that somebody alters."""

from typing import Any

from django.db import connection

from approvals.models import ApprovalRule, Decision
from approvals.services import decide
from autonomy.models import ActionRequest, Boundary
from tests.plugins.world import Person, World


def approve(request: ActionRequest, *people: Person) -> ActionRequest:
    for person in people:
        digest = ActionRequest.objects.select_related("plan").get(pk=request.pk).plan_digest
        request = decide.approve(request.id, actor=person.actor(), digest=digest).request
    return request


def needs(**groups: int) -> None:
    """The rule for rules of the product asks for these from now on (`platform_admins=2`)."""
    asked = {group.replace("_", "-"): number for group, number in groups.items()}
    assert ApprovalRule.objects.filter(slug="rules-by-admins").update(needs=asked) == 1


def no_rule() -> None:
    ApprovalRule.objects.all().delete()


def executed(world: World, request: ActionRequest) -> ActionRequest:
    """As after all workers have done what there was to do."""
    world.work()
    return world.fresh(request)


def effect(slug: str = "weekend") -> bool:
    """Whether the boundary that `world.waiting` asks for is there."""
    return Boundary.objects.filter(slug=slug).exists()


def decisions(request: ActionRequest) -> list[tuple[str, str]]:
    return list(Decision.objects.filter(review__request=request).order_by("at").values_list("name", "verdict"))


def altered(statement: str, *values: Any) -> None:
    """What a superuser does with the triggers off, in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = origin")
