"""Every example of every policy that ships, through the command: what it says of itself holds from one end to the other."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from guidance.policies.load import PACKS, load_policy, policy_files
from guidance.policies.packs import names
from guidance.policies.policy import Failing, Passing, Policy
from tests.cli.conftest import Check, Done, Write

FILES = {f"{name}/{file.stem}": file for name in names() for file in policy_files(PACKS / name)}


@pytest.mark.parametrize("file", list(FILES.values()), ids=list(FILES))
def test_the_examples_of_a_policy_hold_on_the_command_line(check: Check, write: Write, file: Path) -> None:
    policy = load_policy(file)
    pack = f"{file.parent.name}@{policy.guidance.kubernetes.last or policy.guidance.kubernetes.first or 'latest'}"

    for example in (*policy.examples.passing, *policy.examples.failing):
        write("manifest.json", json.dumps(example.manifest))
        old = ("--old", str(write("old.json", json.dumps(example.old)))) if example.old else ()
        done = check("manifest.json", "--pack", pack, "-o", "json", *old)

        assert (example.name, dict(told(done, policy))) == (example.name, expected(example))


def told(done: Done, policy: Policy) -> Iterator[tuple[str, bool]]:
    """The paths that the policy complains of, and whether it has a fix."""
    report = json.loads(done.out)
    assert report["problems"] == []
    for result in report["results"]:
        if result["policy"] == policy.name:
            yield from ((finding["path"], finding["fix"] is not None) for finding in result["findings"])


def expected(example: Passing) -> dict[str, bool]:
    return {finding.path: finding.fixed for finding in example.findings} if isinstance(example, Failing) else {}
