"""GET /api/v1/actions/ and the rules: public to everybody who is signed in."""

from typing import Any

import pytest

from tests.plugins.world import Person, World


def actions(who: Person, **place: str) -> dict[str, Any]:
    answer = who.client.get("/api/v1/actions/", place)
    assert answer.status_code == 200, answer.content
    return {action["name"]: action for action in answer.json()["results"]}


def test_the_catalogue_tells_level_and_parameters(world: World, gina: Person) -> None:
    found = actions(gina)

    levels = {name: action["level"] for name, action in found.items()}
    assert levels == {
        "approval-rule.set": 3, "boundary.set": 3, "deployment.apply": 2, "deployment.restart": 1, "deployment.scale": 1,
        "exemption.grant": 3, "networkpolicy.apply": 3, "policy.set": 3, "quota.set": 3,
    }  # fmt: skip
    scale = found["deployment.scale"]
    assert (scale["kind"], scale["in_cluster"], scale["here"]) == ("Deployment", True, None)
    assert scale["parameters"]["properties"]["replicas"]["maximum"] == 1000
    assert scale["parameters"]["additionalProperties"] is False


def test_without_a_place_nothing_is_said_about_why(world: World, gina: Person) -> None:
    found = actions(gina)
    assert found["deployment.restart"]["level_because"] == []
    # The product's own rules are everywhere.
    assert [because["boundary"] for because in found["boundary.set"]["level_because"]] == ["rules-of-the-product"]


def test_in_a_place_it_tells_the_level_there_and_why(world: World, alice: Person) -> None:
    own = actions(alice, cluster="sandbox", namespace="payments-prod")

    restart = own["deployment.restart"]
    assert (restart["level"], [because["boundary"] for because in restart["level_because"]]) == (1, ["own-workloads"])
    assert restart["level_because"][0]["reason"].startswith("A team runs its own workloads")
    assert restart["here"] == {"conditional": [], "allowed": True, "because": None}
    assert own["deployment.scale"]["level"] == 1
    (conditional,) = own["deployment.scale"]["here"]["conditional"]
    assert (conditional["boundary"], conditional["level"], conditional["condition"]) == ("big-scale", 3, "parameters.replicas > 50")
    assert (own["quota.set"]["level"], own["quota.set"]["level_because"][0]["boundary"]) == (3, "quotas-are-shared")


def test_in_the_place_of_others_it_tells_why_not(world: World, alice: Person) -> None:
    here = actions(alice, cluster="sandbox", namespace="search-dev")["deployment.restart"]["here"]
    assert (here["allowed"], here["because"]) == (False, "search-dev belongs to the team search, and alice is not in it.")


def test_the_platforms_place_is_restricted(world: World, alice: Person) -> None:
    restart = actions(alice, cluster="sandbox", namespace="platform-system")["deployment.restart"]
    assert (restart["level"], [because["boundary"] for because in restart["level_because"]]) == (3, ["platform-services"])


@pytest.mark.parametrize("place", [{"cluster": "elsewhere"}, {"namespace": "payments-dev"}, {"cluster": "sandbox", "nmaespace": "x"}])
def test_a_place_that_there_is_not(world: World, alice: Person, place: dict[str, str]) -> None:
    answer = alice.client.get("/api/v1/actions/", place)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-query")


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "dave", "gina", "ci-payments"])
def test_everybody_reads_the_rules(world: World, name: str) -> None:
    client = world[name].client

    boundaries = client.get("/api/v1/boundaries/").json()["results"]
    policies = client.get("/api/v1/policies").json()["results"]
    rules = client.get("/api/v1/approval-rules/").json()["results"]

    big_scale = next(rule for rule in boundaries if rule["slug"] == "big-scale")
    assert big_scale == {
        "slug": "big-scale", "level": 3, "actions": ["deployment.scale"], "environments": [], "namespaces": [], "kinds": [],
        "condition": "parameters.replicas > 50", "reason": big_scale["reason"],
    }  # fmt: skip
    assert "crowd out" in big_scale["reason"]
    assert [(policy["slug"], policy["owner"]) for policy in policies][:2] == [
        ("no-host-namespaces", policies[0]["owner"]),
        ("no-latest-tag", "platform-admins"),
    ]
    assert {rule["slug"]: rule["needs"] for rule in rules} == {
        "cluster-by-admins": {"platform-admins": 1}, "network-by-security": {"security": 1}, "rules-by-admins": {"platform-admins": 1},
    }  # fmt: skip


def test_the_rules_come_page_by_page_too(world: World, alice: Person) -> None:
    first = alice.client.get("/api/v1/policies/?page_size=4").json()
    second = alice.client.get(first["next"]).json()
    slugs = [policy["slug"] for policy in first["results"] + second["results"]]
    assert (len(first["results"]), slugs) == (4, sorted(slugs))
