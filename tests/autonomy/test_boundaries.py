"""The pure decision about the autonomy level."""

from collections.abc import Mapping

from autonomy.boundaries import FULL, GUIDED, RESTRICTED, UNKNOWN, Because, Facts, Rule, level_of

SCALE = Facts("deployment.scale", FULL, "sandbox", "payments-prod", "prod", "Deployment", "api", {"replicas": 60})
OWN = Rule("own-workloads", FULL, "", actions=["deployment.*"])


def test_what_no_boundary_knows_is_restricted() -> None:
    assert level_of(SCALE, []) == (RESTRICTED, [Because(None, RESTRICTED, UNKNOWN)])


def test_a_boundary_that_allows_leaves_the_level_of_the_catalogue() -> None:
    assert level_of(SCALE, [OWN]) == (FULL, [Because("own-workloads", FULL, "")])


def test_a_boundary_never_lowers_the_level_of_the_catalogue() -> None:
    quota = Facts("quota.set", RESTRICTED, "sandbox", "payments-prod", "prod", "ResourceQuota", "compute", {})
    level, because = level_of(quota, [Rule("anything", FULL, "")])

    assert level == RESTRICTED
    assert because == [Because(None, RESTRICTED, "quota.set is level 3 in the catalogue.")]


def test_the_most_restrictive_match_counts_and_says_why() -> None:
    guided = Rule("guided", GUIDED, "checked first", environments=["prod"])
    freeze = Rule("careful", RESTRICTED, "big", condition=lambda variables: variables["parameters"] == {"replicas": 60})

    assert level_of(SCALE, [OWN, guided, freeze]) == (RESTRICTED, [Because("careful", RESTRICTED, "big")])


def test_patterns_are_globs_and_all_kinds_of_them_must_match() -> None:
    elsewhere = Rule("elsewhere", RESTRICTED, "no", actions=["deployment.*"], namespaces=["search-*"])
    other_kind = Rule("other", RESTRICTED, "no", kinds=["NetworkPolicy"])

    assert level_of(SCALE, [OWN, elsewhere, other_kind])[0] == FULL


def test_a_condition_sees_action_target_and_parameters() -> None:
    seen: list[Mapping[str, object]] = []
    level_of(SCALE, [OWN, Rule("asks", FULL, "", condition=lambda variables: bool(seen.append(variables)))])

    assert seen == [
        {
            "action": "deployment.scale",
            "target": {"cluster": "sandbox", "namespace": "payments-prod", "environment": "prod", "kind": "Deployment", "name": "api"},
            "parameters": {"replicas": 60},
        }
    ]
