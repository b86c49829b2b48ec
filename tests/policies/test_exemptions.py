"""An exemption: what it lets pass is judged and shown all the same, and only where it says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from approvals.links import admin_path
from autonomy.errors import BadParameters, BadTarget, MayNotSubmit, NotYourNamespace
from autonomy.models import ActionRequest
from guidance.models import Exemption, Policy
from notifications.card import Card
from notifications.words import findings
from tests.approvals.scenes import executed
from tests.plugins.door import Door
from tests.plugins.world import Person, World
from tests.policies.scenes import DAY, REASON, apply, asked, exemption, granted, history, stages
from tests.security.scenes import manifest

POLICY = "run-as-non-root"  # owned by security
AS_ROOT = manifest(securityContext={})
PRIVILEGED = manifest(securityContext={"runAsNonRoot": True, "privileged": True})


def named(name: str) -> dict[str, Any]:
    return {**AS_ROOT, "metadata": {**AS_ROOT["metadata"], "name": name}}


def test_the_owners_of_the_policy_decide(world: World, alice: Person) -> None:
    request = exemption(world, alice)

    assert (request.level, request.status, stages(request)) == (3, "awaiting_approval", {"security": 1})
    assert request.team_id == "payments"
    assert apply(alice, AS_ROOT)[0] == 422


def test_what_is_exempted_passes_and_its_finding_says_who_let_it_until_when(world: World, alice: Person) -> None:
    request = granted(world)

    status, answer = apply(alice, AS_ROOT)

    row = Exemption.objects.get()
    ends = f"{row.until:%Y-%m-%d %H:%M} UTC"
    assert status == 202
    (finding,) = answer["findings"]
    assert (finding["policy"], finding["enforcement"], finding["container"]) == (POLICY, "soft-mandatory", "web")
    assert finding["exempted"] == f"exempted until {ends} by dave, as alice had asked: {REASON}"
    assert request.result == {"message": f"Deployment web is exempted from {POLICY} until {ends}.", "until": row.until.isoformat()}
    assert (row.where, row.asked_by, row.granted_by, row.request) == ("sandbox/payments-dev/Deployment/web", "alice", ["dave"], request.id)
    assert history(row.policy) == ["Policy.loaded", "Policy.exempted"]


def test_the_requests_page_shows_what_is_exempted(world: World, alice: Person) -> None:
    granted(world)
    _, answer = apply(alice, AS_ROOT)

    page = alice.browser.get(admin_path(ActionRequest.objects.get(pk=answer["id"]))).content.decode()

    assert ">exempted</span>" in page
    assert "Exempted until" in page
    assert f"by dave, as alice had asked: {REASON}" in page


def test_reviewers_in_slack_read_who_exempted_it(world: World, alice: Person) -> None:
    """A change of the platform waits for people, whom the message tells what its policies say."""
    granted(world, namespace="platform-system")
    request = world.submit(alice, "deployment.apply", {"manifest": AS_ROOT}, name="web", namespace="platform-system")

    (line,) = findings(Card(request, None))

    assert line.startswith(f":warning: *{POLICY}* (exempted until ")
    assert f"by dave, as alice had asked: {REASON})" in line


def test_it_lets_nothing_else_pass(world: World, alice: Person, bob: Person) -> None:
    granted(world)

    assert apply(alice, named("other"))[0] == 422
    assert apply(alice, AS_ROOT, namespace="payments-prod")[0] == 422
    assert apply(bob, AS_ROOT, namespace="search-dev")[0] == 422
    status, answer = apply(alice, manifest(securityContext={}, image="registry.example/payments/api:latest"))
    assert status == 422
    assert {finding["policy"]: finding["exempted"] is None for finding in answer["findings"]} == {POLICY: False, "no-latest-tag": True}
    assert (answer["override"]["policies"], answer["detail"].split(":")[0]) == (["no-latest-tag"], "no-latest-tag")


def test_a_whole_namespace_can_be_exempted(world: World, alice: Person) -> None:
    granted(world, kind="Namespace", name="payments-dev")

    assert apply(alice, AS_ROOT)[0] == 202
    assert apply(alice, named("other"))[0] == 202
    assert apply(alice, AS_ROOT, namespace="payments-prod")[0] == 422


def test_even_what_is_hard_mandatory(world: World, alice: Person) -> None:
    assert apply(alice, PRIVILEGED)[1]["override"]["possible"] is False

    granted(world, "no-privileged")

    status, answer = apply(alice, PRIVILEGED)
    assert (status, [finding["enforcement"] for finding in answer["findings"]]) == (202, ["hard-mandatory"])


def test_what_is_exempted_is_left_as_it_is_in_what_to_send_instead(world: World, alice: Person) -> None:
    granted(world)
    without_limits = manifest(securityContext={}, resources={})

    _, answer = apply(alice, without_limits)

    (container,) = answer["mended"]["spec"]["template"]["spec"]["containers"]
    assert "memory" in container["resources"]["limits"]
    assert container["securityContext"] == {}


def test_an_override_names_what_is_not_exempted_alone(world: World, alice: Person) -> None:
    granted(world)
    both = manifest(securityContext={}, image="registry.example/payments/api:latest")
    target = {"cluster": "sandbox", "namespace": "payments-dev", "name": "web"}
    wish = {"policies": ["no-latest-tag"], "reason": "A demo.", "until": (datetime.now(UTC) + DAY).isoformat()}
    body = {"action": "deployment.apply", "target": target, "parameters": {"manifest": both}, "override": wish}

    answer = alice.client.post("/api/v1/requests/", body)
    assert (answer.status_code, answer.json()["status"]) == (202, "submitted")

    answer = alice.client.post("/api/v1/requests/", {**body, "override": {**wish, "policies": ["no-latest-tag", POLICY]}})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-override")


def test_a_new_grant_takes_the_place_of_the_former_one(world: World, alice: Person) -> None:
    granted(world)
    first = Exemption.objects.get()

    renewal = exemption(world, world["erin"], lasts=timedelta(days=30))
    assert renewal.plan is not None
    words = f"exempted until {first.until:%Y-%m-%d %H:%M} UTC by dave, as alice had asked: {REASON}"
    assert renewal.plan.warnings == [f"It takes the place of the one that is there, {words}."]
    assert granted(world, lasts=timedelta(days=30)).status == "succeeded"

    row = Exemption.objects.get()
    assert (row.pk, row.until > first.until) == (first.pk, True)
    assert history(row.policy) == ["Policy.loaded", "Policy.exempted", "Policy.exempted"]


def test_it_can_be_ended_early(world: World, alice: Person) -> None:
    granted(world)

    ended = granted(world, end=True)

    assert ended.result == {"message": f"Deployment web is not exempted from {POLICY} any more.", "ended": True}
    assert apply(alice, AS_ROOT)[0] == 422
    assert not Exemption.objects.exists()
    assert history(Policy.objects.get(slug=POLICY))[1:] == ["Policy.exempted", "Policy.exemption_ended"]


def test_it_ends_with_its_policy_and_the_reviewers_are_told_so(world: World, alice: Person, dave: Person) -> None:
    granted(world)
    policy = Policy.objects.get(slug=POLICY)

    removal = asked(world, alice, POLICY, remove=True)

    assert removal.plan is not None
    (warning,) = removal.plan.warnings
    assert warning.startswith("The exemption of sandbox/payments-dev/Deployment/web ends with it, exempted until ")
    dave_approves(world, removal)
    assert (Exemption.objects.count(), history(policy)[-1]) == (0, "Policy.removed")


def dave_approves(world: World, request: ActionRequest) -> None:
    digest = world.fresh(request).plan_digest
    assert world["dave"].client.post(f"/api/v1/requests/{request.id}/approve/", {"digest": digest}).status_code == 200
    assert executed(world, request).status == "succeeded"


@pytest.mark.parametrize(
    ("name", "namespace", "refusal"),
    [("gina", "payments-dev", MayNotSubmit), ("bob", "payments-dev", NotYourNamespace), ("ci-payments", "search-dev", NotYourNamespace)],
)
def test_who_may_not_ask_for_one(world: World, name: str, namespace: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        exemption(world, world[name], namespace=namespace)

    assert ActionRequest.objects.count() == 0


def test_nobody_exempts_herself_and_nobody_but_the_owners_anybody(
    world: World, carol: Person, dave: Person, erin: Person, door: Callable[[Person], Door]
) -> None:
    request = exemption(world, dave)

    assert door(dave).approve(request).refused_because == "own-request"
    assert door(carol).approve(request).refused_because == "not-your-stage"
    world.work()
    assert not Exemption.objects.exists()

    assert door(erin).approve(request).done
    world.work()
    assert Exemption.objects.get().granted_by == ["erin"]


SOON = (datetime.now(UTC) + DAY).isoformat()


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"policy": POLICY}, "/parameters"),
        ({"policy": POLICY, "until": SOON}, "/parameters"),
        ({"policy": POLICY, "until": SOON, "reason": "  "}, "/parameters"),
        ({"policy": POLICY, "reason": "x"}, "/parameters"),
        ({"policy": POLICY, "end": True, "reason": "x"}, "/parameters"),
        ({"policy": POLICY, "until": "2020-01-01T00:00:00Z", "reason": "x"}, "/parameters/until"),
        ({"policy": POLICY, "until": "2999-01-01T00:00:00Z", "reason": "x"}, "/parameters/until"),
        ({"policy": POLICY, "until": "2027-01-01T00:00:00", "reason": "x"}, "/parameters/until"),
        ({"policy": POLICY, "until": "2027-01-01", "reason": "x"}, "/parameters/until"),
        ({"policy": POLICY, "until": 1798761600, "reason": "x"}, "/parameters/until"),
        ({"policy": POLICY, "until": "1798761600", "reason": "x"}, "/parameters/until"),
        ({"policy": "run-as-nonroot", "until": SOON, "reason": "x"}, "/parameters/policy"),
        ({"policy": "well-formed", "until": SOON, "reason": "x"}, "/parameters/policy"),
    ],
)
def test_an_exemption_that_makes_no_sense_is_refused(world: World, alice: Person, parameters: dict[str, Any], pointer: str) -> None:
    with pytest.raises(BadParameters) as refused:
        world.submit(alice, "exemption.grant", parameters, kind="Deployment", name="web")

    assert (refused.value.pointer, ActionRequest.objects.count()) == (pointer, 0)


@pytest.mark.parametrize(
    ("target", "pointer"),
    [
        ({"kind": ""}, "/target/kind"),
        ({"kind": "deployment"}, "/target/kind"),
        ({"kind": "ClusterRole"}, "/target/kind"),
        ({"kind": "Namespace", "name": "search-dev"}, "/target/name"),
        ({"cluster": "elsewhere"}, "/target/cluster"),
        ({"namespace": ""}, "/target/namespace"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(world: World, alice: Person, target: dict[str, str], pointer: str) -> None:
    with pytest.raises(BadTarget) as refused:
        world.submit(alice, "exemption.grant", {"policy": POLICY, "until": SOON, "reason": "x"}, **{"kind": "Deployment", **target})

    assert (refused.value.pointer, ActionRequest.objects.count()) == (pointer, 0)


def test_what_is_not_exempted_cannot_end(world: World, alice: Person) -> None:
    with pytest.raises(BadTarget, match="Deployment web is not exempted from run-as-non-root"):
        exemption(world, alice, end=True)


def test_reviewers_are_told_of_a_namespace_that_nobody_knows(world: World, alice: Person) -> None:
    """It may be a slip of the pen, and would never be listed as needed by nothing."""
    known, unknown = exemption(world, alice).plan, exemption(world, alice, namespace="payments-dve").plan

    assert known is not None
    assert unknown is not None
    told = "Nobody has registered the namespace payments-dve, so no scan can tell whether this is needed."
    assert (known.warnings, unknown.warnings) == ([], [told])
