"""policy.set: policies change with the agreement of their owners, and never without."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from approvals.errors import ReviewChanged
from approvals.models import ApprovalRule
from audit.actor import Actor
from audit.ledger import Change, commit
from autonomy.errors import BadParameters, BadTarget, MayNotSubmit, NotYourNamespace
from autonomy.models import ActionRequest
from autonomy.submission import Override
from devstack.demo.manifests import deployment
from guidance.models import Exemption, Policy
from tests.approvals.scenes import approve, executed, no_rule
from tests.plugins.door import Door
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.policies.scenes import DAY, asked, body, changed, difference, exemption, history, let_pass, stages


def test_a_new_policy_is_agreed_to_by_the_owners_that_it_names_and_the_platform_admins(world: World, alice: Person) -> None:
    request = asked(world, alice, "on-call", source=body())
    assert (request.level, request.status, stages(request)) == (3, "awaiting_approval", {"platform-admins": 1, "security": 1})
    assert not Policy.objects.filter(slug="on-call").exists()

    approve(request, world["carol"], world["dave"])

    assert executed(world, request).result == {"message": "The Policy on-call was created.", "created": True}
    policy = Policy.objects.get(slug="on-call")
    assert (policy.version, policy.owner_id, policy.enforcement, policy.enforcement_in) == ("1.0.0", "security", "soft-mandatory", [])
    assert policy.source == body()
    assert history(policy) == ["Policy.created"]


def test_the_difference_shows_the_lines_of_the_file_that_differ(world: World, alice: Person) -> None:
    changed(world, "on-call", "carol", "dave", source=body())

    request = asked(world, alice, "on-call", source=body(version="1.1.0", enforcement="advisory"))

    diff = difference(request)
    assert "-    version: 1.0.0" in diff
    assert "+    version: 1.1.0" in diff
    assert "     owner: security" in diff
    assert " enforcement: soft-mandatory" in diff


def test_a_policy_changes_with_the_agreement_of_its_owners_alone(world: World, alice: Person, carol: Person, dave: Person) -> None:
    changed(world, "on-call", "carol", "dave", source=body())

    request = asked(world, alice, "on-call", source=body(version="1.1.0"))

    assert stages(request) == {"security": 1}
    approve(request, dave)
    assert executed(world, request).status == "succeeded"
    policy = Policy.objects.get(slug="on-call")
    assert (policy.version, history(policy)) == ("1.1.0", ["Policy.created", "Policy.replaced"])


def test_it_takes_no_rule_to_ask_the_owners_and_rules_that_match_count_too(world: World, alice: Person) -> None:
    no_rule()
    assert stages(asked(world, alice, "no-privileged", enforcement="advisory")) == {"security": 1}


def test_rules_that_match_count_too(world: World, alice: Person) -> None:
    ApprovalRule.objects.create(slug="policies", actions=["policy.*"], needs={"platform-admins": 2})

    assert stages(asked(world, alice, "no-privileged", enforcement="advisory")) == {"platform-admins": 2, "security": 1}


def test_the_level_changes_alone_and_the_body_stays(world: World) -> None:
    before = Policy.objects.get(slug="no-latest-tag")

    policy = changed(world, "no-latest-tag", "carol", enforcement="hard-mandatory")

    assert (policy.enforcement, policy.source, policy.version) == ("hard-mandatory", before.source, before.version)


def test_a_new_body_leaves_the_level_in_force_alone(world: World) -> None:
    changed(world, "on-call", "carol", "dave", source=body())
    changed(world, "on-call", "dave", enforcement="advisory", enforcement_in=[{"environment": "prod", "level": "hard-mandatory"}])

    policy = changed(world, "on-call", "dave", source=body(version="1.1.0", enforcement="hard-mandatory"))

    assert (policy.enforcement, policy.enforcement_in) == ("advisory", [{"environment": "prod", "level": "hard-mandatory"}])


def test_another_owner_needs_the_old_and_the_new_one(world: World, alice: Person, dave: Person, carol: Person) -> None:
    changed(world, "on-call", "carol", "dave", source=body())

    request = asked(world, alice, "on-call", source=body(version="1.1.0", owner="platform-admins"))

    assert stages(request) == {"platform-admins": 1, "security": 1}
    approve(request, dave)
    world.work()
    assert Policy.objects.get(slug="on-call").owner_id == "security"
    approve(request, carol)
    assert executed(world, request).status == "succeeded"
    assert Policy.objects.get(slug="on-call").owner_id == "platform-admins"


def test_a_policy_is_removed_and_its_history_stays(world: World, alice: Person, dave: Person) -> None:
    policy = changed(world, "on-call", "carol", "dave", source=body())

    request = approve(asked(world, alice, "on-call", remove=True), dave)

    assert executed(world, request).status == "succeeded"
    assert not Policy.objects.filter(slug="on-call").exists()
    assert history(policy) == ["Policy.created", "Policy.removed"]


def test_who_owned_it_before_does_not_decide_any_more(world: World, alice: Person, dave: Person) -> None:
    """Approved by the security team, which does not own it any more when it could run: the new owners are asked."""
    policy = changed(world, "on-call", "carol", "dave", source=body())
    stricter = approve(asked(world, alice, "on-call", enforcement="hard-mandatory"), dave)
    assert stricter.status == "queued"
    commit(Change(policy, "Policy.replaced", Actor.command("test")).set(owner_id="platform-admins"))

    asked_anew = executed(world, stricter)

    assert (asked_anew.status, stages(asked_anew)) == ("awaiting_approval", {"platform-admins": 1})
    assert Policy.objects.get(slug="on-call").enforcement == "soft-mandatory"


def test_what_another_change_has_done_to_it_meanwhile_is_reviewed_anew(world: World, alice: Person, dave: Person) -> None:
    changed(world, "on-call", "carol", "dave", source=body())
    stricter = asked(world, alice, "on-call", enforcement="hard-mandatory")
    changed(world, "on-call", "dave", source=body(version="1.1.0"))
    approve(stricter, dave)

    drifted = executed(world, stricter)

    assert (drifted.status, world.events(drifted)[-1]) == ("awaiting_approval", "request.drifted")
    assert "version: 1.1.0" in difference(drifted)
    approve(drifted, dave)
    assert executed(world, stricter).status == "succeeded"
    policy = Policy.objects.get(slug="on-call")
    assert (policy.version, policy.enforcement) == ("1.1.0", "hard-mandatory")


def test_two_bodies_never_share_a_version(world: World, alice: Person, dave: Person) -> None:
    """Both are newer than what is in force when they are asked for; the second one is not any more when its turn comes."""
    changed(world, "on-call", "carol", "dave", source=body())
    first = asked(world, alice, "on-call", source=body(version="1.1.0"))
    second = asked(world, alice, "on-call", source=body(version="1.1.0", enforcement="advisory"))
    approve(first, dave)
    approve(second, dave)

    assert executed(world, first).status == "succeeded"
    failed = executed(world, second)
    assert failed.status == "failed"
    assert failed.result is not None
    assert failed.result["error"]["reason"] == "PolicyRefused"
    assert Policy.objects.get(slug="on-call").source == body(version="1.1.0")


@pytest.mark.parametrize("name", ["gina", "ci_payments"])
def test_who_may_not_ask_for_a_change(world: World, request: pytest.FixtureRequest, name: str) -> None:
    with pytest.raises((MayNotSubmit, NotYourNamespace)):
        world.submit(request.getfixturevalue(name), "policy.set", {"enforcement": "advisory"}, name="no-privileged")

    assert ActionRequest.objects.count() == 0


def test_nobody_outside_of_the_owners_approves_and_no_owner_her_own_wish(
    world: World, alice: Person, bob: Person, carol: Person, dave: Person, erin: Person, door: Callable[[Person], Door]
) -> None:
    request = asked(world, dave, "no-privileged", enforcement="advisory")

    for other, refusal in ((carol, "not-your-stage"), (dave, "own-request")):
        answer = door(other).approve(request)
        assert answer.refused_because == refusal
    world.work()
    assert Policy.objects.get(slug="no-privileged").enforcement == "hard-mandatory"

    assert door(erin).approve(request).done
    world.work()
    assert Policy.objects.get(slug="no-privileged").enforcement == "advisory"


BROKEN = {
    "no YAML": "metadata: [",
    "does not compile": body(expression="object.metadata.name =="),
    "another name": body("other"),
    "examples do not hold": body(expression="size('a') == 1"),
    "nobody to approve": body(owner="nobody"),
    "a member too many": body() + "extra: 1\n",
    "parameters": body().replace("spec:\n", "spec:\n  paramKind: {apiVersion: v1, kind: ConfigMap}\n", 1),
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_not_right_is_refused_with_its_place(world: World, alice: Person, source: str) -> None:
    target = {"name": "on-call"}

    answer = alice.client.post("/api/v1/requests/", {"action": "policy.set", "target": target, "parameters": {"source": source}})

    problem = answer.json()
    assert (answer.status_code, problem["type"], problem["pointer"]) == (400, "/problems/bad-parameters", "/parameters/source")
    assert problem["errors"]
    for error in problem["errors"]:
        assert error["message"].startswith(f"{error['file']}:{error['line']}:{error['column']}: ")
        assert error["file"] == "on-call.yaml"
    assert problem["detail"] == problem["errors"][0]["message"]
    assert ActionRequest.objects.count() == 0


def test_everything_that_is_wrong_is_said_at_once_at_the_line_where_it_is(world: World, alice: Person) -> None:
    with pytest.raises(BadParameters) as refused:
        world.submit(alice, "policy.set", {"source": body("other", expression="size('a') == 1")}, name="on-call")

    assert [(error["line"], error["column"]) for error in refused.value.extra["errors"]] == [(3, 18), (24, 5)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({}, "/parameters"),
        ({"remove": True, "enforcement": "advisory"}, "/parameters"),
        ({"enforcement": "strict"}, "/parameters/enforcement"),
        ({"owner": "security"}, "/parameters/owner"),
        ({"enforcement_in": [{"level": "advisory"}]}, "/parameters/enforcement_in/0"),
        ({"enforcement_in": [{"level": "advisory", "team": "search", "environment": "prod"}]}, "/parameters/enforcement_in/0"),
        ({"enforcement_in": [{"level": "advisory", "team": "search", "cluster": "sandbox"}]}, "/parameters/enforcement_in/0"),
        ({"enforcement_in": [{"level": "advisory", "team": "serach"}]}, "/parameters/enforcement_in/0"),
        ({"enforcement_in": [{"level": "advisory", "namespace": "search-dev", "cluster": "other"}]}, "/parameters/enforcement_in/0"),
        ({"enforcement_in": [{"level": "advisory", "team": "search"}, {"level": "hard-mandatory", "team": "search"}]}, "/parameters"),
        ({"source": body(version="1.0.0", enforcement="advisory")}, "/parameters/source"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(world: World, alice: Person, parameters: dict[str, object], pointer: str) -> None:
    changed(world, "on-call", "carol", "dave", source=body())
    before = ActionRequest.objects.count()

    with pytest.raises(BadParameters) as refused:
        world.submit(alice, "policy.set", parameters, name="on-call")

    assert (refused.value.pointer, ActionRequest.objects.count()) == (pointer, before)


@pytest.mark.parametrize(
    "parameters",
    [
        {"source": body()},
        {"enforcement": "soft-mandatory"},
        {"enforcement_in": []},
        {"source": body(), "enforcement": "soft-mandatory", "enforcement_in": []},
    ],
)
def test_what_is_so_already_is_not_asked_for(world: World, alice: Person, parameters: dict[str, object]) -> None:
    assert changed(world, "on-call", "carol", "dave", source=body()).enforcement == "soft-mandatory"
    before = ActionRequest.objects.count()

    with pytest.raises(BadParameters, match="the policy on-call is so already: nothing would change"):
        world.submit(alice, "policy.set", parameters, name="on-call")

    assert ActionRequest.objects.count() == before
    world.submit(alice, "policy.set", {**parameters, "enforcement": "advisory"}, name="on-call")


def test_an_example_that_is_not_true_is_told_in_words(world: World, alice: Person) -> None:
    parameters = {"source": body().replace("fixed: false", "fixed: true")}

    with pytest.raises(BadParameters, match="the finding at /metadata/annotations/on-call has no fix: write fixed: false"):
        world.submit(alice, "policy.set", parameters, name="on-call")


def test_what_is_wrong_with_parameters_is_told_without_the_words_of_a_library(world: World, alice: Person) -> None:
    with pytest.raises(BadParameters) as refused:
        world.submit(alice, "policy.set", {}, name="on-call")

    assert str(refused.value.detail).startswith("parameters: nothing is to be changed: say `source`")


@pytest.mark.parametrize("name", ["nothing", "Not-A-Slug", "evaluate"])
def test_what_is_not_there_is_neither_removed_nor_enforced(world: World, alice: Person, name: str) -> None:
    for parameters in ({"remove": True}, {"enforcement": "advisory"}):
        with pytest.raises((BadTarget, BadParameters)):
            world.submit(alice, "policy.set", parameters, name=name)

    assert ActionRequest.objects.count() == 0


def test_an_address_of_the_interface_is_no_name(world: World, alice: Person) -> None:
    with pytest.raises(BadParameters, match=r"evaluate.yaml:3:18: 'evaluate' is an address of the interface"):
        world.submit(alice, "policy.set", {"source": body("evaluate")}, name="evaluate")


def test_auditors_own_no_policy(world: World, alice: Person) -> None:
    with pytest.raises(BadParameters, match="auditors read everything and change nothing: name another group"):
        world.submit(alice, "policy.set", {"source": body(owner="auditors")}, name="on-call")


def test_no_policy_is_called_as_what_nobody_can_read(world: World, alice: Person) -> None:
    with pytest.raises(BadParameters, match=r"well-formed.yaml:3:18: 'well-formed' is what findings about manifests"):
        world.submit(alice, "policy.set", {"source": body("well-formed")}, name="well-formed")


@pytest.mark.parametrize(("source", "what"), [("x", "text"), ("[1]", "a list"), ("5", "a number"), ("null", "nothing")])
def test_a_file_that_is_no_object_is_told_in_words(world: World, alice: Person, source: str, what: str) -> None:
    with pytest.raises(BadParameters, match=f"on-call.yaml:1:1: the file must be an object, but it is {what}"):
        world.submit(alice, "policy.set", {"source": source}, name="on-call")


def test_a_member_that_is_not_known_is_answered_with_those_that_are(world: World, alice: Person) -> None:
    with pytest.raises(BadParameters) as close:
        world.submit(alice, "policy.set", {"enforcment": "advisory"}, name="no-privileged")
    with pytest.raises(BadParameters) as inside:
        world.submit(alice, "policy.set", {"enforcement_in": [{"env": "dev", "level": "advisory"}]}, name="no-privileged")

    assert close.value.detail == "parameters.enforcment: enforcment is not known here."
    assert close.value.suggestion == "Did you mean enforcement?"
    known = "What is known here: level, environment, team, namespace, cluster."
    assert (inside.value.pointer, inside.value.suggestion) == ("/parameters/enforcement_in/0/env", known)


def test_a_request_about_a_policy_that_is_gone_meanwhile_says_so(world: World, alice: Person, dave: Person) -> None:
    waiting = asked(world, alice, "no-privileged", enforcement="advisory")
    changed(world, "no-latest-tag", "carol", enforcement="advisory")
    removed(world, "no-privileged", dave)

    with pytest.raises(ReviewChanged):
        approve(waiting, dave)

    assert ending(world, waiting) == ("failed", "parameters.source: there is no policy no-privileged yet, so its file is needed.")


def test_an_exemption_from_a_policy_that_is_gone_meanwhile_says_so(world: World, alice: Person, dave: Person) -> None:
    waiting = exemption(world, alice)
    removed(world, "run-as-non-root", dave)

    with pytest.raises(ReviewChanged):
        approve(waiting, dave)

    assert ending(world, waiting) == ("failed", "parameters.policy: there is no policy 'run-as-non-root'.")


def test_an_override_of_a_policy_that_is_gone_meanwhile_says_so(
    world: World, demo_cluster: SandboxCluster, alice: Person, carol: Person
) -> None:
    manifest = deployment("payments-dev", "web", "registry.example/app:latest", 1)
    override = Override(("no-latest-tag",), "A demo.", datetime.now(UTC) + DAY)
    waiting = executed(world, world.submit(alice, "deployment.apply", {"manifest": manifest}, name="web", override=override))
    assert waiting.status == "awaiting_approval"
    removed(world, "no-latest-tag", carol)

    with pytest.raises(ReviewChanged):
        approve(waiting, carol)

    assert ending(world, waiting) == ("failed", "The policies that it would have overridden are there no more: no-latest-tag.")


def test_reviewers_of_a_removal_read_the_first_exemptions_and_how_many_more_end(world: World, alice: Person) -> None:
    policy = Policy.objects.get(slug="run-as-non-root")
    Exemption.objects.bulk_create(let_pass(policy, f"web-{number}") for number in range(23))

    request = asked(world, alice, "run-as-non-root", remove=True)

    assert request.plan is not None
    assert len(request.plan.warnings) == 21
    assert request.plan.warnings[-1] == "3 more exemptions end with it."


def removed(world: World, slug: str, owner: Person) -> None:
    request = approve(asked(world, world["bob"], slug, remove=True), owner)
    assert executed(world, request).status == "succeeded"


def ending(world: World, request: ActionRequest) -> tuple[str, str]:
    ended = world.fresh(request)
    assert ended.result is not None
    return ended.status, ended.result["error"]["message"]
