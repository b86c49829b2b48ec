"""Exemptions that suppress nothing are listed, and their end is proposed."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from autonomy.models import ActionRequest
from guidance.models import Exemption
from guidance.services.exemptions import idle
from guidance.services.scan import scan
from tests.approvals.scenes import approve, executed
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.policies.clock import database_later_by
from tests.policies.scenes import granted, stages

WEEK = timedelta(days=8)
LONG = timedelta(days=100)


def scanned_a_week_later() -> None:
    with database_later_by(WEEK):
        scan()


def command(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("idle_exemptions", *arguments, stdout=out)
    return out.getvalue().splitlines()


def exemptions(who: Person) -> dict[str, bool | None]:
    found = who.client.get("/api/v1/policies/run-as-non-root/").json()["exemptions"]
    return {one["name"]: one["suppresses"] for one in found}


def test_what_nothing_needs_is_told_apart_from_what_lets_something_pass(world: World, live: SandboxCluster, alice: Person) -> None:
    granted(world, lasts=LONG)
    granted(world, name="gone", lasts=LONG)
    assert exemptions(alice) == {"web": None, "gone": None}

    scan()
    assert exemptions(alice) == {"web": True, "gone": None}
    assert idle() == []

    scanned_a_week_later()
    assert exemptions(alice) == {"web": True, "gone": False}
    assert [one.name for one in idle()] == ["gone"]


def test_a_namespace_that_lets_nothing_pass_but_what_is_exempted_anyway_is_idle(world: World, live: SandboxCluster) -> None:
    granted(world, lasts=LONG)
    granted(world, kind="Namespace", name="payments-dev", lasts=LONG)
    granted(world, kind="Namespace", name="search-dev", namespace="search-dev", asking="bob", lasts=LONG)

    scanned_a_week_later()

    assert [one.name for one in idle()] == ["payments-dev"]


def test_where_not_everything_could_be_read_nobody_knows(world: World, live: SandboxCluster) -> None:
    granted(world, name="gone", lasts=LONG)
    live.fault(method="GET", path="/statefulsets", status=403)

    scanned_a_week_later()

    assert idle() == []


def test_the_list_in_the_admin_marks_them(world: World, live: SandboxCluster, alice: Person) -> None:
    granted(world, name="gone", lasts=LONG)
    assert "by nothing</span>" not in alice.browser.get("/admin/guidance/exemption/").content.decode()

    scanned_a_week_later()

    assert "by nothing" in alice.browser.get("/admin/guidance/exemption/").content.decode().split("result-list")[-1]


def test_their_end_is_asked_for_once_and_decided_by_the_owners(world: World, live: SandboxCluster, dave: Person) -> None:
    granted(world, name="gone", lasts=LONG)
    scanned_a_week_later()
    where = "sandbox/payments-dev/Deployment/gone from run-as-non-root"
    since = f"{Exemption.objects.get().granted_at:%Y-%m-%d}"
    assert command() == [f"{where}: suppresses nothing since {since}"]

    (line,) = command("--as", "alice")
    request = ActionRequest.objects.latest("created_at")
    assert line == f"{where}: its end is asked for, request {request.id} waits for the policy's owners"
    assert (request.requester_name, request.parameters, request.door) == ("alice", {"policy": "run-as-non-root", "end": True}, "command")
    world.work()
    assert command("--as", "alice") == [f"{where}: its end is asked for already, request {request.id} is awaiting_approval"]
    assert stages(request) == {"security": 1}

    approve(request, dave)
    assert executed(world, request).status == "succeeded"
    assert (command(), Exemption.objects.count()) == ([], 0)


def test_who_may_not_ask_for_it(world: World, live: SandboxCluster) -> None:
    granted(world, name="gone", lasts=LONG)
    scanned_a_week_later()
    before = ActionRequest.objects.count()

    assert ": refused, payments-dev belongs to the team payments" in command("--as", "bob")[0]
    with pytest.raises(CommandError, match="no active account 'nobody'"):
        command("--as", "nobody")
    assert ActionRequest.objects.count() == before
