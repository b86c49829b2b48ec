"""The background scan: a report per namespace on what runs there, for those whose namespace it is."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit import epoch
from clusters.models import Cluster, Namespace
from clusters.objects import Ref
from guidance.models import NamespaceReport
from guidance.services.scan import scan
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.policies.clock import database_later_by
from tests.policies.scenes import DAY, REASON, changed, granted
from workers.celery import QUEUES, app
from workers.tasks import scan as scan_task

REPORTS = "/api/v1/policies/reports/"
POLICY = "run-as-non-root"


def reports(who: Person, **query: str) -> dict[str, dict[str, Any]]:
    answer = who.client.get(REPORTS, query)
    assert answer.status_code == 200, answer.content
    return {row["namespace"]: row for row in answer.json()["results"]}


def told(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(f"{one['resource']['kind']}/{one['resource']['name']}", one["policy"], one["result"]) for one in report["results"]]


def remove_debug(live: SandboxCluster) -> None:
    """The pod that search-dev is told for."""
    admin = live.gateway("admin")
    (pod,) = (one for one in admin.list("Pod", "search-dev").items if one["metadata"]["name"] == "debug")
    admin.delete(Ref.of(pod), uid=pod["metadata"]["uid"])


def test_each_namespace_has_a_report_with_what_does_not_pass(world: World, live: SandboxCluster, gina: Person) -> None:
    scan()

    found = reports(gina)
    assert list(found) == ["payments-dev", "payments-prod", "platform-system", "search-dev", "search-prod"]
    assert told(found["search-prod"]) == [("CronJob/index", POLICY, "fail")]
    assert told(found["platform-system"]) == [("DaemonSet/agent", POLICY, "fail")]
    assert (told(found["payments-prod"]), found["payments-prod"]["summary"]["pass"]) == ([], 6)
    report = found["search-prod"]
    assert (report["cluster"], report["team"], report["environment"], report["problems"]) == ("sandbox", "search", "prod", [])
    (finding,) = report["results"][0]["findings"]
    assert (finding["fix"], finding["current"], finding["expected"]) == (None, None, True)


def test_what_a_controller_has_made_is_told_by_what_it_was_made_from(world: World, live: SandboxCluster, gina: Person) -> None:
    admin = live.gateway("admin")
    assert {pod["metadata"]["name"] for pod in admin.list("Pod", "payments-dev").items}
    scan()

    kinds = {one["resource"]["kind"] for report in reports(gina).values() for one in report["results"]}
    assert kinds == {"Deployment", "DaemonSet", "CronJob", "Pod"}
    assert told(reports(gina)["payments-dev"]) == [("Deployment/web", POLICY, "fail")]


def test_the_levels_and_exemptions_of_each_place_hold(world: World, live: SandboxCluster, gina: Person) -> None:
    changed(world, POLICY, "dave", enforcement_in=[{"team": "search", "level": "advisory"}])
    granted(world)
    scan()

    found = reports(gina)
    assert [result for _, _, result in told(found["search-dev"])] == ["warn"]
    assert [result for _, _, result in told(found["payments-dev"])] == ["skip"]
    assert found["payments-dev"]["results"][0]["because"].endswith(REASON)

    with database_later_by(2 * DAY):
        scan()
    assert [result for _, _, result in told(reports(gina)["payments-dev"])] == ["fail"]


def test_each_scan_looks_at_everything_anew_and_twice_is_as_good_as_once(world: World, live: SandboxCluster, gina: Person) -> None:
    scan()
    scan()
    before = reports(gina)
    remove_debug(live)
    scan()

    after = reports(gina)
    assert (len(told(before["search-dev"])), told(after["search-dev"])) == (1, [])
    assert told(after["search-prod"]) == told(before["search-prod"])
    assert NamespaceReport.objects.count() == 5


def test_a_cluster_that_does_not_answer_keeps_its_reports_and_the_others_go_on(world: World, live: SandboxCluster, gina: Person) -> None:
    scan()
    before = reports(gina)
    Cluster.objects.create(slug="a-way", title="Away")
    Namespace.objects.create(cluster_id="a-way", name="payments-dev", environment="dev")
    remove_debug(live)
    live.fault(method="GET", path="/pods", status=401)

    scan()
    assert reports(gina) == before

    scan()
    assert told(reports(gina)["search-dev"]) == []
    assert not NamespaceReport.objects.filter(namespace__cluster="a-way").exists()


def test_a_kind_that_may_not_be_read_is_told(world: World, live: SandboxCluster, gina: Person) -> None:
    live.fault(method="GET", path="/cronjobs", status=403, message="cronjobs.batch is forbidden")
    scan()

    report = reports(gina)["search-prod"]
    assert (told(report), report["problems"]) == ([], ["cronjobs.batch is forbidden"])


def test_a_report_has_an_end_and_says_how_much_is_left_off(
    world: World, live: SandboxCluster, gina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guidance.services.scan.MOST_RESULTS", 0)
    scan()

    report = reports(gina)["search-prod"]
    assert (report["results"], report["left_off"], report["summary"]["fail"]) == ([], 1, 1)


def test_who_is_in_a_team_reads_what_is_the_teams(world: World, live: SandboxCluster, alice: Person, bob: Person, gina: Person) -> None:
    scan()

    assert set(reports(alice)) == {"payments-dev", "payments-prod"}
    assert set(reports(bob)) == {"search-dev", "search-prod"}
    assert set(reports(bob, namespace="payments-dev")) == set()
    assert set(reports(gina, cluster="sandbox", namespace="search-dev")) == {"search-dev"}
    assert set(reports(gina, cluster="elsewhere")) == set()
    page = alice.client.get(REPORTS, {"page_size": "1"}).json()
    assert [row["namespace"] for row in page["results"]] == ["payments-dev"]
    assert [row["namespace"] for row in alice.client.get(page["next"]).json()["results"]] == ["payments-prod"]


def test_it_leaves_the_epoch_and_the_cluster_alone(world: World, live: SandboxCluster) -> None:
    granted(world)
    before, written = epoch.current(), live.writes()

    scan_task()

    assert epoch.current() is before
    assert live.writes() == written


def test_beat_sends_it_to_a_queue_of_its_own(world: World) -> None:
    entry = app.conf.beat_schedule["scan"]

    assert entry["task"] == scan_task.name
    assert (entry["options"]["queue"], "insights" in QUEUES) == ("insights", True)
    assert entry["options"]["expires"] <= entry["schedule"]


def test_a_command_scans_at_once(world: World, live: SandboxCluster) -> None:
    out = StringIO()
    call_command("scan_clusters", stdout=out)
    lines = out.getvalue().splitlines()
    assert [line.partition(" (")[0] for line in lines][-1] == "sandbox/search-prod: 1 fail, 11 pass"


def test_the_command_fails_where_a_cluster_could_not_be_scanned(world: World, live: SandboxCluster) -> None:
    call_command("scan_clusters", stdout=StringIO())
    live.fault(method="GET", path="/pods", status=401)
    out = StringIO()

    with pytest.raises(CommandError, match="not scanned, so that the reports above are older: sandbox: "):
        call_command("scan_clusters", stdout=out)

    assert "sandbox/search-prod: 1 fail, 11 pass" in out.getvalue()


def test_the_admin_shows_it_to_those_whose_namespace_it_is(world: World, live: SandboxCluster, alice: Person, bob: Person) -> None:
    scan()
    report = NamespaceReport.objects.get(namespace__name="payments-dev")
    address = f"/admin/guidance/namespacereport/{report.pk}/change/"

    page = " ".join(alice.browser.get(address).content.decode().split())
    listed = alice.browser.get("/admin/guidance/namespacereport/").content.decode()

    assert "What runs in sandbox/payments-dev" in page
    assert "<b>Deployment web</b>" in page
    assert "may run as root" in page
    assert ("sandbox/payments-dev" in listed, "sandbox/search-dev" in listed) == (True, False)
    assert bob.browser.get(address).status_code in {302, 404}
