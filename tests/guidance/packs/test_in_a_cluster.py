"""What ships can be carried to a cluster: a real API server takes every policy as a ValidatingAdmissionPolicy."""

import httpx
import pytest

from devstack.controlplane.server import ControlPlane
from guidance.policies import vap
from guidance.policies.load import PACKS, load_pack
from guidance.policies.packs import names
from guidance.policies.policy import Policy
from guidance.policies.versions import NEWEST, KubernetesVersion
from tests.controlplane.polling import until

POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All"
BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"


@pytest.mark.parametrize("version", [KubernetesVersion(1, 18), KubernetesVersion(1, 24), NEWEST], ids=str)
def test_an_api_server_takes_every_policy(control_plane: ControlPlane, version: KubernetesVersion) -> None:
    with control_plane.client("admin") as admin:
        refused = {
            policy.name: answer.json()["message"]
            for name in names()
            for policy in load_pack(PACKS / name, version)
            if not (answer := send(admin, vap.manifest(policy.spec, policy.name))).is_success
        }

    assert refused == {}


ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All"
ABOUT_RULES = [
    policy
    for policy in load_pack(PACKS / "rbac", NEWEST)
    if any(one.each and one.each.lists == ("/rules",) for one in policy.spec.validations)
]


@pytest.mark.parametrize("policy", ABOUT_RULES, ids=lambda policy: policy.name)
def test_a_role_without_rules_is_none_that_grants_too_much(control_plane: ControlPlane, policy: Policy) -> None:
    """An API server shows policies null in the place of the rules."""
    bad = next(one.manifest for one in policy.examples.failing if one.manifest.get("rules"))
    made = {POLICIES: vap.manifest(policy.spec, policy.name), BINDINGS: vap.binding(policy.spec, policy.name, "Deny", {})}
    with control_plane.client("admin") as admin:
        for path, one in made.items():
            admin.post(path.partition("?")[0], json=one).raise_for_status()
        try:
            until(lambda: policy.name in admin.post(ROLES, json={**bad, "kind": "ClusterRole"}).json().get("message", ""))
            answers = [admin.post(ROLES, json=role(**more)) for more in ({}, {"rules": None}, {"rules": []}, AGGREGATED)]
        finally:
            for path in reversed(made):
                admin.delete(f"{path.partition('?')[0]}/{policy.name}").raise_for_status()

    assert [answer.json().get("message", "") for answer in answers if not answer.is_success] == []


AGGREGATED = {"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"to": "view"}}]}}


def role(**more: object) -> dict[str, object]:
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "empty"}, **more}


def send(admin: httpx.Client, policy: object) -> httpx.Response:
    return admin.post(POLICIES, json=policy)
