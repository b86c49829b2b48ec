"""What if a policy were enforced now: which live workloads of which team would fail."""

from typing import Any

import pytest

from accounts.models import Scope
from accounts.services.tokens import issue
from audit.actor import Actor
from audit.models import Event
from clusters.models import Cluster, Namespace
from guidance.models import Policy
from guidance.services import live as reading
from tests.plugins.admin_door import csrf_token
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, RestClient, World
from tests.policies.clock import database_later_by
from tests.policies.scenes import DAY, REASON, body, changed, granted

POLICY = "run-as-non-root"
NOWHERE = "there is no such namespace that you may see, so nothing was looked at"


def address(slug: str = POLICY) -> str:
    return f"/api/v1/policies/{slug}/what-if/"


def supposed(who: Person, slug: str = POLICY, **more: Any) -> dict[str, Any]:
    answer = who.client.post(address(slug), more)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def failing(found: dict[str, Any]) -> dict[str, str]:
    """The result by the place of each workload."""
    return {
        f"{one['resource']['namespace']}/{one['resource']['kind']}/{one['resource']['name']}": one["result"] for one in found["results"]
    }


def test_it_tells_which_workloads_of_which_team_would_fail(world: World, live: SandboxCluster, gina: Person) -> None:
    found = supposed(gina)

    assert failing(found) == {
        "payments-dev/Deployment/web": "fail",
        "platform-system/DaemonSet/agent": "fail",
        "search-prod/CronJob/index": "fail",
        "search-dev/Pod/debug": "fail",
    }
    assert {team["team"]: (team["summary"]["fail"], team["summary"]["pass"]) for team in found["teams"]} == {
        "payments": (1, 3),
        "search": (2, 2),
        None: (1, 1),
    }
    assert (found["summary"], found["left_off"], found["problems"]) == ({"pass": 6, "fail": 4, "warn": 0, "error": 0, "skip": 0}, 0, [])
    (cron_job,) = (one for one in found["results"] if one["resource"]["kind"] == "CronJob")
    assert (cron_job["cluster"], cron_job["team"], cron_job["environment"]) == ("sandbox", "search", "prod")
    assert cron_job["findings"][0]["path"].startswith("/spec/jobTemplate/spec/template/spec/containers/0/")


def test_a_policy_that_only_advises_is_supposed_to_be_enforced(world: World, live: SandboxCluster, gina: Person) -> None:
    changed(world, POLICY, "dave", enforcement="advisory")

    assert set(failing(supposed(gina)).values()) == {"fail"}
    assert set(failing(supposed(gina, enforcement="advisory")).values()) == {"warn"}
    assert Policy.objects.get(slug=POLICY).enforcement == "advisory"


def test_levels_of_places_can_be_supposed_too(world: World, live: SandboxCluster, gina: Person) -> None:
    levels = [{"team": "search", "level": "advisory"}, {"namespace": "search-prod", "level": "hard-mandatory"}]

    results = failing(supposed(gina, enforcement_in=levels))

    assert (results["search-dev/Pod/debug"], results["search-prod/CronJob/index"]) == ("warn", "fail")
    assert results["payments-dev/Deployment/web"] == "fail"


def test_another_body_can_be_supposed_and_one_that_there_is_not_yet(world: World, live: SandboxCluster, alice: Person) -> None:
    assert sorted(failing(supposed(alice, "on-call", source=body()))) == [
        "payments-dev/Deployment/api",
        "payments-dev/Deployment/ledger-export",
        "payments-dev/Deployment/web",
        "payments-prod/Deployment/api",
    ]
    everything_passes = body(expression="size('a') == 1", version="2.0.0")
    found = supposed(alice, "on-call", source=everything_passes)
    assert (found["results"], found["version"], found["summary"]["pass"]) == ([], "2.0.0", 4)
    assert not Policy.objects.filter(slug="on-call").exists()


def test_exemptions_hold_until_they_end(world: World, live: SandboxCluster, alice: Person) -> None:
    granted(world)

    (skipped,) = supposed(alice)["results"]
    assert (skipped["result"], skipped["because"].endswith(REASON)) == ("skip", True)
    with database_later_by(2 * DAY):
        assert failing(supposed(alice)) == {"payments-dev/Deployment/web": "fail"}


def test_who_is_in_a_team_sees_what_is_the_teams(
    world: World, live: SandboxCluster, alice: Person, bob: Person, ci_payments: Person
) -> None:
    assert set(failing(supposed(alice))) == {"payments-dev/Deployment/web"}
    assert set(failing(supposed(world["ci-payments"]))) == {"payments-dev/Deployment/web"}
    assert set(failing(supposed(bob))) == {"search-prod/CronJob/index", "search-dev/Pod/debug"}
    for who in (alice, bob):
        assert len(supposed(who)["teams"]) == 1
    elsewhere = supposed(bob, namespace="payments-dev")
    assert (elsewhere["summary"]["fail"], elsewhere["problems"]) == (0, [NOWHERE])


def test_it_looks_only_where_it_is_told_to(world: World, live: SandboxCluster, gina: Person) -> None:
    found = supposed(gina, cluster="sandbox", namespace="search-dev")
    assert (set(failing(found)), [team["team"] for team in found["teams"]]) == ({"search-dev/Pod/debug"}, ["search"])
    assert found["problems"] == []


def test_that_nothing_was_looked_at_is_not_told_as_nothing_fails(world: World, live: SandboxCluster, gina: Person) -> None:
    for nowhere in ({"cluster": "elsewhere"}, {"namespace": "payments-dve"}):
        found = supposed(gina, **nowhere)
        assert (found["teams"], found["problems"]) == ([], [NOWHERE])


def test_what_cannot_be_read_is_said_and_the_rest_is_told(world: World, live: SandboxCluster, gina: Person) -> None:
    Cluster.objects.create(slug="away", title="Away")
    Namespace.objects.create(cluster_id="away", name="payments-dev", team_id="payments", environment="dev")
    live.fault(method="GET", path="/daemonsets", status=403)

    found = supposed(gina)

    assert "platform-system/DaemonSet/agent" not in failing(found)
    assert "search-prod/CronJob/index" in failing(found)
    assert [problem.split(":")[0] for problem in found["problems"]] == ["away", "sandbox"]


def test_a_cluster_that_is_too_large_is_looked_at_in_part(
    world: World, live: SandboxCluster, gina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guidance.services.what_if.MOST_OBJECTS", 3)

    found = supposed(gina)

    assert sum(found["summary"].values()) == 3
    assert found["problems"] == ["sandbox: only the first 3 objects were looked at"]


def test_the_list_has_an_end_and_says_how_much_is_left_off(
    world: World, live: SandboxCluster, gina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guidance.services.what_if.MOST_FOUND", 1)

    found = supposed(gina)

    assert (len(found["results"]), found["left_off"], found["summary"]["fail"]) == (1, 3, 4)


@pytest.mark.parametrize(
    ("slug", "sent", "status", "pointer"),
    [
        ("nothing", {}, 404, None),
        (POLICY, {"source": "metadata: ["}, 400, "/source"),
        (POLICY, {"source": body()}, 400, "/source"),
        ("on-call", {"source": body(expression="object.metadata.name ==")}, 400, "/source"),
        (POLICY, {"enforcement": "strict"}, 400, "/enforcement"),
        (POLICY, {"enforcement_in": [{"level": "advisory"}]}, 400, "/enforcement_in/0"),
        (POLICY, {"enforcement_in": [{"team": "paymnets", "level": "advisory"}]}, 400, "/enforcement_in/0"),
        (POLICY, {"team": "payments"}, 400, "/team"),
    ],
)
def test_what_makes_no_sense_is_refused(
    world: World, alice: Person, slug: str, sent: dict[str, Any], status: int, pointer: str | None
) -> None:
    answer = alice.client.post(address(slug), sent)
    assert (answer.status_code, answer.json().get("pointer")) == (status, pointer), answer.json()


def test_a_broken_body_is_told_with_its_place(world: World, alice: Person) -> None:
    (error,) = alice.client.post(address("on-call"), {"source": body(expression="object.metadata.name ==")}).json()["errors"]
    assert (error["file"], error["line"]) == ("on-call.yaml", 16)


def test_nothing_is_recorded_nothing_is_written_and_reading_is_enough(
    world: World, live: SandboxCluster, gina: Person, anonymous: RestClient
) -> None:
    reads = issue(gina.account, name="reads", scopes=[Scope.READ], actor=Actor.command("test")).secret
    writes = issue(gina.account, name="writes", scopes=[Scope.WRITE], actor=Actor.command("test")).secret
    before = (Event.objects.count(), live.writes())

    assert RestClient(reads).post(address(), {}).status_code == 200
    assert RestClient(writes).post(address(), {}).json()["type"] == "/problems/missing-scope"
    assert anonymous.post(address(), {}).status_code == 401
    assert (Event.objects.count(), live.writes()) == before


def page(who: Person, **form: str) -> tuple[int, str]:
    browser = who.browser
    address = f"/admin/guidance/policy/{POLICY}/what-if/"
    answer = browser.post(address, {**form, "csrfmiddlewaretoken": csrf_token(browser)}) if form else browser.get(address)
    return answer.status_code, " ".join(answer.content.decode().split())


def test_the_admins_page_asks_first_and_reads_the_clusters_then(world: World, live: SandboxCluster, alice: Person, bob: Person) -> None:
    source = Policy.objects.get(slug=POLICY).source
    status, shown = page(alice)
    assert (status, "Look at what runs" in shown, "Deployment web" in shown) == (200, True, False)

    _, shown = page(alice, source=source)
    assert "Deployment web" in shown
    assert "may run as root" in shown
    assert "CronJob index" not in shown

    _, shown = page(bob, source=source)
    assert ("Deployment web" in shown, "CronJob index" in shown) == (False, True)


def test_the_admins_page_supposes_what_is_written_there(world: World, live: SandboxCluster, alice: Person) -> None:
    source = Policy.objects.get(slug=POLICY).source
    _, shown = page(alice, source=source.replace("failurePolicy: Fail", "failurePolicy: Fails"))
    assert "The policy cannot be used" in shown
    assert f"{POLICY}.yaml:" in shown

    changed(world, POLICY, "dave", enforcement="advisory")
    _, shown = page(alice, source=source, **{"in-force": "on"})
    assert '<span class="daf-pill daf-warning">warn</span>' in shown


def test_the_admins_page_is_for_who_is_signed_in_and_for_policies_that_there_are(world: World, alice: Person) -> None:
    assert alice.browser.get("/admin/guidance/policy/nothing/what-if/").status_code == 404
    answer = alice.browser.post(f"/admin/guidance/policy/{POLICY}/what-if/", {"source": "x"})
    assert answer.status_code == 403


def test_many_namespaces_are_read_in_one_go(world: World, live: SandboxCluster, gina: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one = failing(supposed(gina))
    monkeypatch.setattr(reading, "FEW", 1)

    assert failing(supposed(gina)) == one_by_one
