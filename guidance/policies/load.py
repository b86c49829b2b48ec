"""Policies from files."""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

from guidance.documents.source import PolicyError, Problem
from guidance.policies.policy import Policy, parse_policy, skim_policy
from guidance.policies.versions import EVERY_VERSION, NEWEST, KubernetesVersion

PACKS = Path(__file__).parents[1] / "packs"
MAIN_PACK = PACKS / "main"
PACK_FILE = "pack.yaml"
"""Says what a folder of policies is; no policy itself (`packs`)."""
SUFFIX = re.compile(r"-v\d+\.\d+$")
"""Files that ship are called after their policy, and after the first version for which they hold where it has several."""


def load_pack(path: Path, version: KubernetesVersion = NEWEST) -> list[Policy]:
    """The policies of a folder's `*.yaml` (or of the one file) that hold in a version of Kubernetes, in the order of the files' names.

    Raises PolicyError with the problems of all files, whatever the version.
    """
    files = policy_files(path) if path.is_dir() else [path]
    if not files:
        raise PolicyError(Problem(str(path), 1, 1, "the folder holds no policy: a policy is a file *.yaml"))
    policies: list[Policy] = []
    problems: list[Problem] = []
    for file in files:
        try:
            policies.append(load_policy(file))
        except PolicyError as error:
            problems += error.problems
    problems += [problem for index, policy in enumerate(policies) for problem in clashes(policy, policies[:index])]
    if problems:
        raise PolicyError(*problems)
    return [policy for policy in policies if version in policy.guidance.kubernetes]


def skim_pack(folder: Path, version: KubernetesVersion = NEWEST, names: Collection[str] | None = None) -> list[Policy]:
    """The same for a folder that ships, and so was checked before: much faster. With `names` only these policies."""
    files = [file for file in policy_files(folder) if names is None or SUFFIX.sub("", file.stem) in names]
    return [policy for file in files if version in (policy := _skimmed(file)).guidance.kubernetes]


def policy_files(folder: Path) -> list[Path]:
    """In the order of their names."""
    return sorted(file for file in folder.glob("*.yaml") if file.name != PACK_FILE)


def load_policy(file: Path) -> Policy:
    """Raises PolicyError."""
    return parse_policy(read_text(file), str(file))


def read_text(file: Path) -> str:
    """Raises PolicyError."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyError(Problem(str(file), 1, 1, f"cannot be read: {error.strerror}")) from error
    except UnicodeDecodeError as error:
        raise PolicyError(Problem(str(file), 1, 1, "is not UTF-8 text")) from error


@lru_cache(maxsize=256)
def _skimmed(file: Path) -> Policy:
    return skim_policy(file.read_text(encoding="utf-8"), str(file))


def clashes(policy: Policy, earlier: Iterable[Policy]) -> Iterable[Problem]:
    """Two policies of one name cannot hold in the same version."""
    mine = policy.guidance.kubernetes
    for other in earlier:
        theirs = other.guidance.kubernetes
        if other.name != policy.name or not mine.overlaps(theirs):
            continue
        message = f"{other.source.file} has this name already"
        if mine == theirs == EVERY_VERSION:
            yield policy.source.problem(("metadata", "name"), f"{message}: rename one of them")
        else:
            advice = f"{message}, for {theirs}: let their versions not overlap, or rename one of them"
            yield policy.source.problem(("guidance", "kubernetes"), advice)
