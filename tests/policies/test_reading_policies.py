"""Policies are public: everybody who is signed in reads them, with examples, versions and whom they let pass."""

import pytest

from accounts.models import Scope
from accounts.services.tokens import issue
from audit.actor import Actor
from guidance.models import Policy
from tests.plugins.world import Person, RestClient, World
from tests.policies.clock import database_later_by
from tests.policies.scenes import DAY, REASON, body, changed, granted

POLICIES = "/api/v1/policies/"


def test_the_list_tells_level_places_and_owner(world: World, alice: Person) -> None:
    changed(world, "no-latest-tag", "carol", enforcement_in=[{"namespace": "payments-prod", "cluster": "sandbox", "level": "advisory"}])

    policies = {row["slug"]: row for row in alice.client.get(POLICIES).json()["results"]}

    row = policies["no-latest-tag"]
    assert (row["title"], row["severity"], row["version"]) == ("Images are pinned to a tag or a digest", "medium", "1.0.0")
    assert (row["enforcement"], row["owner"]) == ("soft-mandatory", "platform-admins")
    place = {"environment": "", "team": "", "namespace": "payments-prod", "cluster": "sandbox"}
    assert row["enforcement_in"] == [{"level": "advisory", **place}]
    assert row["source"].startswith("apiVersion: guidance.autonomy/v1\n")


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "dave", "gina", "ci-payments"])
def test_everybody_reads_one_with_all_that_belongs_to_it(world: World, name: str) -> None:
    granted(world)

    policy = world[name].client.get(f"{POLICIES}run-as-non-root").json()

    assert policy["rationale"]
    good, bad = ([one for one in policy["examples"] if bool(one["findings"]) is fails] for fails in (False, True))
    assert good
    assert {finding["policy"] for one in bad for finding in one["findings"]} == {"run-as-non-root"}
    (exemption,) = policy["exemptions"]
    assert [exemption[name] for name in ("cluster", "namespace", "kind", "name")] == ["sandbox", "payments-dev", "Deployment", "web"]
    assert (exemption["asked_by"], exemption["granted_by"], exemption["reason"]) == ("alice", ["dave"], REASON)
    assert [(version["version"], version["request"]) for version in policy["versions"]] == [("1.0.0", None)]


def test_every_body_that_was_in_force_stays_readable(world: World, alice: Person) -> None:
    changed(world, "on-call", "carol", "dave", source=body())
    changed(world, "on-call", "dave", enforcement="advisory")
    changed(world, "on-call", "dave", source=body(version="1.1.0", enforcement="advisory"))

    versions = alice.client.get(f"{POLICIES}on-call/").json()["versions"]

    assert [(one["version"], one["source"]) for one in versions] == [
        ("1.1.0", body(version="1.1.0", enforcement="advisory")),
        ("1.0.0", body()),
    ]
    assert versions[0]["since"] > versions[1]["since"]
    assert alice.client.get(f"/api/v1/requests/{versions[0]['request']}/").json()["action"] == "policy.set"


def test_what_has_ended_is_no_exemption_any_more(world: World, alice: Person) -> None:
    granted(world)

    with database_later_by(2 * DAY):
        assert alice.client.get(f"{POLICIES}run-as-non-root/").json()["exemptions"] == []


@pytest.mark.parametrize("slug", ["nothing", "No-Latest-Tag", "well-formed"])
def test_what_there_is_not(world: World, alice: Person, slug: str) -> None:
    answer = alice.client.get(f"{POLICIES}{slug}/")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-address")


def test_who_may_not_read_them(world: World, alice: Person, anonymous: RestClient) -> None:
    secret = issue(alice.account, name="writes", scopes=[Scope.WRITE], actor=Actor.command("test")).secret

    for address in (POLICIES, f"{POLICIES}no-latest-tag/"):
        assert anonymous.get(address).status_code == 401
        assert RestClient(secret).get(address).json()["type"] == "/problems/missing-scope"


def test_nothing_is_changed_at_these_addresses(world: World, carol: Person) -> None:
    before = list(Policy.objects.values())

    assert carol.client.post(POLICIES, {"slug": "mine"}).status_code == 405
    assert carol.client.post(f"{POLICIES}no-latest-tag/", {"enforcement": "advisory"}).status_code == 405
    assert list(Policy.objects.values()) == before
