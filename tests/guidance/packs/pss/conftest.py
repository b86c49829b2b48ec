"""The packs of the Pod Security Standards, compiled once for all versions that have the same policies."""

from collections.abc import Mapping

import pytest

from guidance.judging.compiled import CompiledPolicy, compile_policy
from guidance.policies.packs import pack
from guidance.policies.versions import NEWEST, OLDEST, KubernetesVersion

LEVELS = ("baseline", "restricted")
VERSIONS = tuple(KubernetesVersion(1, minor) for minor in range(OLDEST.minor, NEWEST.minor + 1))
Packs = Mapping[tuple[str, KubernetesVersion], tuple[CompiledPolicy, ...]]


@pytest.fixture(scope="session")
def packs() -> Packs:
    """By level and version."""
    compiled: dict[int, CompiledPolicy] = {}
    packs: dict[tuple[str, KubernetesVersion], tuple[CompiledPolicy, ...]] = {}
    sets: dict[tuple[int, ...], tuple[CompiledPolicy, ...]] = {}
    for level in LEVELS:
        for version in VERSIONS:
            policies = pack(f"pss-{level}@{version}").policies
            for policy in policies:
                if id(policy) not in compiled:
                    compiled[id(policy)] = compile_policy(policy)
            key = tuple(map(id, policies))
            packs[level, version] = sets.setdefault(key, tuple(compiled[each] for each in key))
    return packs
