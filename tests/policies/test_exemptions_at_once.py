"""Exemptions of one policy that come into force at the same moment: all of them do, and what is kept ends with the first."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from audit.models import Event
from guidance.models import Exemption, Policy
from tests.approvals.scenes import approve
from tests.audit.test_races import at_once, check_ledger
from tests.plugins.world import World, waiting_messages
from tests.policies.scenes import DAY, exemption, history
from workers.deliveries import hear

MANY = 6
ENDS = "SELECT ends_at = (SELECT min(until) FROM guidance_exemption) FROM audit_epoch"


def test_none_is_lost(committed_world: World) -> None:
    world = committed_world
    requests = [exemption(world, world["alice"], name=f"web-{number}", lasts=DAY + timedelta(hours=number)) for number in range(MANY)]
    for request in requests:
        approve(request, world["dave"])

    at_once(*[lambda message=message: hear(message) for message in waiting_messages("approvals.execute")])

    assert [world.fresh(request).status for request in requests] == ["succeeded"] * MANY
    assert Exemption.objects.count() == MANY
    assert history(Policy.objects.get(slug="run-as-non-root"))[1:] == ["Policy.exempted"] * MANY
    assert Event.objects.filter(type="request.attempt_failed").count() == 0
    check_ledger()


def test_what_is_kept_ends_with_the_first_of_them_whatever_the_order_of_their_commits(committed_world: World) -> None:
    policies = list(Policy.objects.all())

    for round_ in range(10):
        names = [f"web-{round_}"] * MANY
        at_once(*[lambda number=number, name=name: _insert(policies[number], name, number) for number, name in enumerate(names)])

        with connection.cursor() as cursor:
            cursor.execute(ENDS)
            assert cursor.fetchone() == (True,)
        Exemption.objects.order_by("until")[0].delete()


def _insert(policy: Policy, name: str, hours: int) -> None:
    now = timezone.now()
    Exemption.objects.create(
        policy=policy, cluster_id="sandbox", namespace="payments-dev", kind="Deployment", name=name, reason="A race.",
        until=now + timedelta(hours=hours + 1), request=policy.pk, asked_by="alice", granted_by=["dave"], granted_at=now,
    )  # fmt: skip
