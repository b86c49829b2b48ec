"""A stored policy that this version does not read follows its failurePolicy like any broken one, and all others go on judging."""

import logging
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.actor import Actor
from audit.ledger import Change, commit
from autonomy.models import Boundary
from guidance.models import Policy
from guidance.services.policies import policies_in_force
from guidance.services.scan import scan
from tests.approvals.scenes import approve, executed
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.policies.scenes import HAS_ON_CALL, UNKNOWN_FUNCTION, apply, asked, body, changed, granted, stored
from tests.policies.test_evaluating import AS_ROOT, GOOD, LATEST, evaluated, outcomes
from tests.policies.test_scan import reports

UNKNOWN_MEMBER = body().replace("\nspec:\n", "\nspec:\n  evaluationMode: strict\n")
OTHER_CONSTRAINTS = body().replace("    resourceRules:\n", "    rules:\n")
NOT_YAML = "apiVersion: [guidance.autonomy/v1\n"
WEB = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "web"}, "spec": {"podSelector": {}}}


def ignoring(source: str) -> str:
    return source.replace("\nspec:\n", "\nspec:\n  failurePolicy: Ignore\n")


def findings(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {finding["policy"]: finding for finding in answer["findings"]}


@pytest.mark.parametrize(
    ("source", "place"),
    [(UNKNOWN_FUNCTION, "on-call.yaml:16:45: the expression does not compile"), (UNKNOWN_MEMBER, "on-call.yaml:12:3: "),
     (OTHER_CONSTRAINTS, "on-call.yaml:13:5: "), (NOT_YAML, "on-call.yaml:2:1: ")],
    ids=["unknown function", "unknown member", "other constraints", "not YAML"],
)  # fmt: skip
def test_it_counts_as_violated_and_nobody_blames_the_manifest(world: World, alice: Person, source: str, place: str) -> None:
    stored(source)

    status, answer = apply(alice, GOOD)

    (finding,) = answer["findings"]
    assert (status, finding["policy"], finding["version"], finding["enforcement"]) == (422, "on-call", "1.0.0", "soft-mandatory")
    assert finding["message"].startswith(
        f"The policy on-call could not judge this manifest: this version of the product does not read it ({place}"
    )
    assert "That is a fault of the policy, not of the manifest: tell its owners, the group security;" in finding["message"]
    assert "(failurePolicy: Fail)" in finding["message"]
    assert answer["override"] == {"possible": True, "policies": ["on-call"], "approvers": ["security"], "because": None}


def test_others_go_on_judging_and_mending(world: World, alice: Person) -> None:
    stored(UNKNOWN_FUNCTION)

    found = evaluated(alice, LATEST, AS_ROOT)

    assert outcomes(found) == {
        "no-host-namespaces": "pass", "no-latest-tag": "fail", "no-privileged": "pass", "on-call": "error", "requests-and-limits": "pass",
        "required-labels": "pass", "run-as-non-root": "pass",
    }  # fmt: skip
    assert outcomes(found, 2)["run-as-non-root"] == "fail"
    assert outcomes(evaluated(alice, found["mended"][1]))["run-as-non-root"] == "pass"


@pytest.mark.parametrize("source", [UNKNOWN_FUNCTION, UNKNOWN_MEMBER, OTHER_CONSTRAINTS])
def test_one_that_ignores_failures_lets_pass_with_a_warning(world: World, alice: Person, source: str) -> None:
    stored(ignoring(source), enforcement="hard-mandatory")

    status, answer = apply(alice, GOOD)

    (finding,) = answer["findings"]
    assert (status, finding["enforcement"]) == (202, "advisory")
    assert "it is ignored until they mend it (failurePolicy: Ignore)" in finding["message"]


def test_it_is_about_what_its_constraints_say_as_far_as_they_can_be_read(world: World, alice: Person) -> None:
    stored(UNKNOWN_FUNCTION.replace("{name: on-call}", "{name: about-deployments}"), "about-deployments")
    stored(OTHER_CONSTRAINTS, "about-anything")

    assert [name for name, outcome in outcomes(evaluated(alice, WEB)).items() if outcome == "error"] == ["about-anything"]
    assert [name for name, outcome in outcomes(evaluated(alice, GOOD)).items() if outcome == "error"] == [
        "about-anything",
        "about-deployments",
    ]


def test_its_level_in_a_place_and_its_exemptions_hold(world: World, alice: Person) -> None:
    stored(UNKNOWN_FUNCTION, enforcement_in=[{"environment": "dev", "level": "hard-mandatory"}])
    assert [one["enforcement"] for one in apply(alice, GOOD)[1]["findings"]] == ["hard-mandatory"]

    granted(world, "on-call", name="web")

    status, answer = apply(alice, GOOD)
    assert (status, findings(answer)["on-call"]["exempted"] is not None) == (202, True)


def test_level_1_is_never_refused_by_it(world: World, alice: Person) -> None:
    stored(NOT_YAML, enforcement="hard-mandatory")

    assert world.submit(alice, "deployment.restart").status == "queued"


@pytest.mark.parametrize("source", [UNKNOWN_FUNCTION, NOT_YAML])
def test_its_owners_can_mend_soften_and_remove_it(world: World, source: str) -> None:
    policy = stored(source)

    assert changed(world, "on-call", "dave", enforcement="advisory").source == source
    assert changed(world, "on-call", "dave", source=body(version="1.0.1")).version == "1.0.1"
    commit(Change(Policy.objects.get(pk=policy.pk), "Policy.replaced", Actor.command("test")).set(source=source))
    request = approve(asked(world, world["alice"], "on-call", remove=True), world["dave"])
    assert executed(world, request).status == "succeeded"
    assert not Policy.objects.filter(slug="on-call").exists()


@pytest.mark.parametrize("source", [UNKNOWN_FUNCTION, UNKNOWN_MEMBER, NOT_YAML])
def test_everybody_reads_that_it_cannot_be_read(world: World, alice: Person, gina: Person, source: str) -> None:
    stored(source)

    listed = {row["slug"]: row["unreadable"] for row in alice.client.get("/api/v1/policies/").json()["results"]}
    detail = alice.client.get("/api/v1/policies/on-call/").json()
    pages = [gina.browser.get(f"/admin/guidance/policy/{path}").content.decode() for path in ("", "on-call/change/")]

    assert listed.pop("on-call").startswith("on-call.yaml:")
    assert set(listed.values()) == {None}
    assert (detail["source"], detail["examples"], detail["versions"][0]["version"]) == (source, [], "1.0.0")
    assert "This version of the product does not read it." in pages[0]
    assert "This version of the product does not read this policy" in pages[1]
    assert detail["unreadable"].split(": ")[0] in pages[1]


def test_the_log_names_it_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    stored(body(expression=f"{HAS_ON_CALL} && object.kind.soundex() == 'x'"))
    with caplog.at_level(logging.ERROR, logger="guidance.services.policies"):
        policies_in_force()
        policies_in_force()

    (record,) = caplog.records
    assert record.getMessage().startswith("policy on-call: this version of the product does not read it, so it follows its failurePolicy: ")
    assert "soundex" in record.getMessage()


def test_the_scan_tells_where_it_could_not_judge(world: World, live: SandboxCluster, gina: Person) -> None:
    stored(UNKNOWN_FUNCTION)
    scan()

    report = reports(gina)["payments-prod"]
    assert report["summary"]["error"] == len(report["results"]) > 0
    assert {one["policy"] for one in report["results"]} == {"on-call"}


def test_a_what_if_about_it_says_that_it_could_not_judge(world: World, live: SandboxCluster, gina: Person) -> None:
    stored(UNKNOWN_FUNCTION)

    answer = gina.client.post("/api/v1/policies/on-call/what-if/", {})

    assert answer.status_code == 200
    assert answer.json()["summary"]["error"] > 0
    assert {name for name, count in answer.json()["summary"].items() if count} == {"error"}


def checked() -> tuple[bool, list[str]]:
    out = StringIO()
    try:
        call_command("check_rules", stdout=out)
    except CommandError as error:
        return False, [*out.getvalue().splitlines(), str(error)]
    return True, out.getvalue().splitlines()


def test_the_check_before_an_upgrade_names_what_would_not_be_read(world: World) -> None:
    boundaries = "boundaries: this version judges by all of them"
    assert checked() == (True, [f"6 policies and {Boundary.objects.count()} {boundaries}"])
    stored(UNKNOWN_FUNCTION)
    stored(NOT_YAML, "other")

    fine, lines = checked()

    assert not fine
    assert lines[0].startswith("on-call.yaml:16:45: the expression does not compile: ")
    assert lines[1].startswith("other.yaml:2:1: ")
    assert lines[2:] == ["2 problems: mend these rules, with the agreement of their owners, before you upgrade"]


def test_the_check_names_a_policy_that_judges_otherwise_than_its_examples_say(world: World) -> None:
    stored(body(expression="1 == 1"))

    fine, lines = checked()

    assert not fine
    assert lines[0] == "on-call.yaml:24:5: should have a finding at /metadata/annotations/on-call, but has none"
