"""Each control, in every version of Kubernetes from v1.0 on: who refuses which pod."""

import pytest

from guidance.judging.evaluation import evaluate
from guidance.policies.versions import NEWEST, OLDEST, KubernetesVersion
from tests.guidance.packs.pss import baseline, restricted
from tests.guidance.packs.pss.cases import Case, Manifest, pod
from tests.guidance.packs.pss.conftest import LEVELS, VERSIONS, Packs

CASES = baseline.CASES | restricted.CASES
VOLUME_TYPES = [
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo",
    "glusterfs", "hostPath", "iscsi", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos",
    "vsphereVolume", "somethingNew",
]  # fmt: skip


def refusing(packs: Packs, manifest: Manifest) -> dict[tuple[str, KubernetesVersion], set[str]]:
    """By level and version, the policies that find something; each distinct set of policies is asked once."""
    said = {policies: {finding.policy for finding in evaluate(policies, manifest).findings} for policies in set(packs.values())}
    return {key: said[policies] for key, policies in packs.items()}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_control_refuses_in_exactly_its_versions(packs: Packs, case: Case) -> None:
    wanted = {(level, version): case.refused_by(level, version) for level in LEVELS for version in VERSIONS}

    assert refusing(packs, case.pod) == wanted


@pytest.mark.parametrize("kind", VOLUME_TYPES)
def test_every_other_type_of_volume_is_refused_by_restricted(packs: Packs, kind: str) -> None:
    found = refusing(packs, pod(volumes=[{"name": "data", kind: {}}]))

    host_path = {"pss-host-path-volumes"} if kind == "hostPath" else set()
    assert found == {(level, version): {"pss-volume-types"} if level == "restricted" else host_path for level, version in packs}


def test_every_control_is_among_the_cases(packs: Packs) -> None:
    refusals = {policy for case in CASES.values() for policy in {**case.baseline, **case.restricted}}

    assert refusals == {policy.name for policies in packs.values() for policy in policies}


def test_how_many_controls_a_version_has(packs: Packs) -> None:
    counts = {key: len(policies) for key, policies in packs.items()}

    assert counts["baseline", OLDEST] == 11
    assert counts["baseline", NEWEST] == 12
    assert [counts["restricted", KubernetesVersion(1, minor)] for minor in (0, 7, 8, 18, 19, 21, 22, 23, 33, 34, 35, 37)] == [
        12, 12, 13, 13, 13, 13, 13, 14, 14, 15, 15, 15,
    ]  # fmt: skip


def test_there_is_no_pack_for_a_version_that_nobody_wrote_it_for() -> None:
    assert (str(OLDEST), str(NEWEST)) == ("v1.0", "v1.37")
