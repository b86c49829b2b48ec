"""The rbac pack judges what an update adds to the effective permissions, however the rules are written."""

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from guidance.judging.compiled import CompiledPolicy, compile_policy
from guidance.judging.evaluation import evaluate
from guidance.policies.load import PACKS, load_policy, policy_files

Rule = dict[str, list[str]]
Rules = list[Rule]
EVERYTHING: Rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}, {"nonResourceURLs": ["*"], "verbs": ["*"]}]
MEMBERS = ("apiGroups", "resources", "nonResourceURLs", "verbs")


def role(rules: Rules) -> dict[str, Any]:
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "deployer"}, "rules": rules}


def cases() -> Iterator[Any]:
    """Every policy about rules, with the rules of its failing examples."""
    for file in policy_files(PACKS / "rbac"):
        for example in load_policy(file).examples.failing:
            if example.manifest.get("rules") and example.old is None:
                yield pytest.param((file, example.manifest["rules"]), id=f"{file.stem}-{example.name}")


@pytest.fixture(params=list(cases()))
def case(request: pytest.FixtureRequest) -> tuple[CompiledPolicy, Rules]:
    file: Path
    file, rules = request.param
    return compile_policy(load_policy(file)), rules


def findings(policy: CompiledPolicy, old: Rules, new: Rules) -> list[str]:
    return [finding.path for finding in evaluate([policy], role(new), old=role(old)).findings]


def test_a_role_without_rules_can_be_judged(case: tuple[CompiledPolicy, Rules]) -> None:
    """An aggregated one; an API server shows its rules as null."""
    policy, rules = case
    empty = role([])
    del empty["rules"]

    assert evaluate([policy], empty).findings == ()
    assert evaluate([policy], empty, old=role(rules)).findings == ()
    assert [finding.path for finding in evaluate([policy], role(rules), old=empty).findings] == findings(policy, [], rules)


def reordered(rules: Rules) -> Rules:
    return [{name: values[::-1] for name, values in rule.items()} for rule in rules[::-1]]


def split(rules: Rules) -> Rules:
    """A rule for each single right."""
    return [
        {name: [value] for name, value in zip(rule, values, strict=True)}
        for rule in rules
        for values in product(*(rule[name] for name in rule))
    ]


def fewer_verbs(rules: Rules) -> Rules:
    return [{**rule, "verbs": rule["verbs"][-1:]} for rule in rules]


def for_names(rules: Rules) -> Rules:
    return [rule if "nonResourceURLs" in rule else {**rule, "resourceNames": ["a", "b"]} for rule in rules]


def with_harmless(rules: Rules) -> Rules:
    return [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}, *rules]


@pytest.mark.parametrize("rewritten", [reordered, split, fewer_verbs, for_names, with_harmless])
def test_who_gets_nothing_new_is_not_told(case: tuple[CompiledPolicy, Rules], rewritten: Callable[[Rules], Rules]) -> None:
    policy, rules = case

    assert findings(policy, [], rules) != []
    assert findings(policy, rules, rules) == []
    assert findings(policy, rules, rewritten(rules)) == []


def test_rules_that_are_put_together_add_nothing(case: tuple[CompiledPolicy, Rules]) -> None:
    policy, rules = case

    assert findings(policy, split(rules), rules) == []


def test_who_had_everything_gets_nothing_new(case: tuple[CompiledPolicy, Rules]) -> None:
    policy, rules = case

    assert findings(policy, EVERYTHING, rules) == []


def test_what_was_granted_for_some_names_is_not_granted_for_all(case: tuple[CompiledPolicy, Rules]) -> None:
    policy, rules = case
    for index, rule in enumerate(rules):
        if "nonResourceURLs" not in rule and findings(policy, [], [rule]):
            assert findings(policy, for_names(rules), [rule]) != [], index


def test_each_right_that_is_new_is_told(case: tuple[CompiledPolicy, Rules]) -> None:
    """Every single right that is bad by itself, added to all the others of the same role."""
    policy, rules = case
    every = split(rules)
    bad = [right for right in every if findings(policy, [], [right])]
    assert bad

    for right in bad:
        others = [other for other in every if other != right and not covers(other, right)]
        assert findings(policy, others, [right]) == findings(policy, [], [right])


def covers(other: Rule, right: Rule) -> bool:
    """Whether one right, with a wildcard, has the other in it."""
    return all(has(other.get(name, [""])[0], right.get(name, [""])[0]) for name in MEMBERS)


def has(given: str, wanted: str) -> bool:
    return given in {"*", wanted} or (given.startswith("*/") and wanted.endswith(given[1:]))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (["get"], ["*"], ["/rules/0/verbs"]),
        (["*"], ["get"], []),
        (["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"], ["*"], ["/rules/0/verbs"]),
    ],
)
def test_a_wildcard_is_more_than_all_that_there_is_today(old: list[str], new: list[str], told: list[str]) -> None:
    policy = compile_policy(load_policy(PACKS / "rbac" / "no-wildcards.yaml"))

    def on(verbs: list[str]) -> Rules:
        return [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": verbs}]

    assert findings(policy, on(old), on(new)) == told


SUBJECT = {"kind": "Group", "name": "system:masters"}


@pytest.mark.parametrize(
    ("old_subject", "old_role", "told"),
    [
        (SUBJECT, "view", []),
        ({**SUBJECT, "apiGroup": "rbac.authorization.k8s.io"}, "view", []),
        ({"kind": "Group", "name": "payments"}, "view", ["/subjects/0/name"]),
        (SUBJECT, "edit", ["/subjects/0/name"]),
    ],
)
def test_who_was_bound_to_the_same_role_is_not_told(old_subject: dict[str, str], old_role: str, told: list[str]) -> None:
    """The API server adds the group of a subject; a binding to another role binds anew."""
    policy = compile_policy(load_policy(PACKS / "rbac" / "no-system-masters.yaml"))

    def binding(subject: dict[str, str], name: str) -> dict[str, Any]:
        return {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "payments"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [subject],
        }

    found = evaluate([policy], binding(SUBJECT, "view"), old=binding(old_subject, old_role)).findings
    assert [finding.path for finding in found] == told
