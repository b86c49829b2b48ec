"""`matchConstraints`: which objects a policy is about."""

import pytest

from guidance.manifests.resources import POD, Resource, resource
from guidance.policies.matching import LabelSelector, MatchConstraints

DEPLOYMENT = resource("apps/v1", "Deployment")


def constraints(**more: object) -> MatchConstraints:
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]} | more
    return MatchConstraints.model_validate({"resourceRules": [rule]})


@pytest.mark.parametrize(
    ("rule", "means"),
    [
        ({}, True),
        ({"apiGroups": ["*"]}, True),
        ({"apiGroups": [""]}, False),
        ({"operations": ["UPDATE"]}, False),
        ({"operations": ["*"]}, True),
        ({"resources": ["*"]}, True),
        ({"resources": ["*/*"]}, True),
        ({"resources": ["deployments/*"]}, True),
        ({"resources": ["deployments/scale"]}, False),
        ({"resources": ["pods"]}, False),
        ({"resourceNames": ["api"]}, True),
        ({"resourceNames": ["web"]}, False),
        ({"apiVersions": ["v1beta1"]}, True),
    ],
)
def test_which_objects_a_rule_means(rule: dict[str, object], means: bool) -> None:
    assert constraints(**rule).match(DEPLOYMENT, "CREATE", "api") is means


def test_exact_minds_the_version() -> None:
    exact = MatchConstraints.model_validate({**constraints(apiVersions=["v1beta1"]).model_dump(by_alias=True), "matchPolicy": "Exact"})

    assert exact.match(DEPLOYMENT, "CREATE", "api") is False
    assert exact.match(resource("apps/v1beta1", "Deployment"), "CREATE", "api") is True


def test_what_is_excluded_is_not_meant() -> None:
    rule = constraints().model_dump(by_alias=True)["resourceRules"][0]
    excluding = MatchConstraints.model_validate({"resourceRules": [rule], "excludeResourceRules": [{**rule, "resourceNames": ["api"]}]})

    assert excluding.match(DEPLOYMENT, "CREATE", "api") is False
    assert excluding.match(DEPLOYMENT, "CREATE", "web") is True


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("Pod", "pods"),
        ("Ingress", "ingresses"),
        ("NetworkPolicy", "networkpolicies"),
        ("Gateway", "gateways"),
        ("Endpoints", "endpoints"),
        ("StorageClass", "storageclasses"),
        ("ResourceQuota", "resourcequotas"),
    ],
)
def test_kinds_have_the_plurals_that_kubernetes_gives_them(kind: str, plural: str) -> None:
    assert Resource("", "v1", kind).plural == plural


def test_groups_and_versions_come_from_the_api_version() -> None:
    assert resource("v1", "Pod") == POD
    assert Resource("apps", "v1", "Deployment") == DEPLOYMENT


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ({}, True),
        ({"matchLabels": {"app": "api"}}, True),
        ({"matchLabels": {"app": "web"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["api", "web"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["api"]}]}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["api"]}]}, True),
        ({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, True),
    ],
)
def test_selectors_read_labels_as_kubernetes_does(selector: dict[str, object], matches: bool) -> None:
    assert LabelSelector.model_validate(selector).matches({"app": "api"}) is matches
