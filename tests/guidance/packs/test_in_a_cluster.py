"""What ships can be carried to a cluster: a real API server takes every policy as a ValidatingAdmissionPolicy."""

import httpx
import pytest

from devstack.controlplane.server import ControlPlane
from guidance.policies import vap
from guidance.policies.load import PACKS, load_pack
from guidance.policies.packs import names
from guidance.policies.versions import NEWEST, KubernetesVersion

POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All"


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


def send(admin: httpx.Client, policy: object) -> httpx.Response:
    return admin.post(POLICIES, json=policy)
