"""A real API server says the same: its own admission of the Pod Security Standards is asked for the same pods, as dry runs."""

import re
from collections.abc import Iterator, Mapping

import httpx
import pytest

from devstack.controlplane.server import ControlPlane
from guidance.policies.versions import KubernetesVersion, parse_version
from tests.controlplane.polling import until
from tests.guidance.packs.pss import baseline, restricted
from tests.guidance.packs.pss.cases import Case, Manifest
from tests.guidance.packs.pss.conftest import LEVELS

CASES = baseline.CASES | restricted.CASES
BUILT = KubernetesVersion(1, 34)
"""What the control plane is; it knows no newer version of the standards."""
VERSIONS = tuple(map(parse_version, ("1.0", "1.8", "1.18", "1.19", "1.22", "1.24", "1.25", "1.27", "1.29", "1.31", "1.32", "1.34")))
"""Those in which a control begins, and two right before."""
VIOLATION = re.compile(r'violates PodSecurity "(\w+):(v[\d.]+)"')
Namespaces = Mapping[tuple[str, KubernetesVersion], str]


@pytest.fixture(scope="module")
def admin(control_plane: ControlPlane) -> Iterator[httpx.Client]:
    with control_plane.client("admin") as client:
        yield client


@pytest.fixture(scope="module")
def namespaces(admin: httpx.Client) -> Namespaces:
    """One per level and version, in which pods can be created."""
    names = {(level, version): f"pss-{level}-1-{version.minor}" for level in LEVELS for version in VERSIONS}
    for (level, version), name in names.items():
        labels = {"pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/enforce-version": str(version)}
        admin.post("/api/v1/namespaces", json={"metadata": {"name": name, "labels": labels}}).raise_for_status()
    for name in names.values():
        until(lambda name=name: admin.get(f"/api/v1/namespaces/{name}/serviceaccounts/default").is_success)  # type: ignore[misc]
    return names


def refuses(admin: httpx.Client, namespace: str, pod: Manifest) -> bool:
    answer = admin.post(f"/api/v1/namespaces/{namespace}/pods?dryRun=All", json=pod)
    if answer.is_success:
        return False
    message = str(answer.json()["message"])
    assert VIOLATION.search(message), message
    return True


@pytest.mark.parametrize("case", [case for case in CASES.values() if case.valid], ids=[name for name, case in CASES.items() if case.valid])
def test_the_admission_of_kubernetes_says_the_same(admin: httpx.Client, namespaces: Namespaces, case: Case) -> None:
    theirs = {key: refuses(admin, namespace, case.pod) for key, namespace in namespaces.items()}

    assert theirs == {(level, version): bool(case.refused_by(level, version)) for level, version in namespaces}


@pytest.mark.parametrize(
    "case", [case for case in CASES.values() if not case.valid], ids=[name for name, case in CASES.items() if not case.valid]
)
def test_an_api_server_refuses_the_others_before_it_asks(admin: httpx.Client, namespaces: Namespaces, case: Case) -> None:
    answer = admin.post(f"/api/v1/namespaces/{namespaces['baseline', BUILT]}/pods?dryRun=All", json=case.pod)

    assert answer.status_code == 422


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("privileged", [True, False])
def test_a_container_that_comes_later_is_judged_alike(admin: httpx.Client, namespaces: Namespaces, level: str, privileged: bool) -> None:
    """Ephemeral containers are added to a pod that runs."""
    pods = f"/api/v1/namespaces/{namespaces[level, BUILT]}/pods"
    name = f"debugged-{privileged}".lower()
    admin.post(pods, json={**baseline.CASES["hardened"].pod, "metadata": {"name": name}}).raise_for_status()
    case = baseline.CASES["privileged ephemeral container" if privileged else "hardened ephemeral container"]
    patch = {"spec": {"ephemeralContainers": case.pod["spec"]["ephemeralContainers"]}}

    answer = admin.patch(
        f"{pods}/{name}/ephemeralcontainers?dryRun=All", json=patch, headers={"Content-Type": "application/strategic-merge-patch+json"}
    )

    assert answer.status_code == (403 if privileged else 200), answer.text
    assert not privileged or VIOLATION.search(answer.json()["message"])
    assert bool(case.refused_by(level, BUILT)) == privileged
