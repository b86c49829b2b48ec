"""With a baseline, only what is new is reported."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD_POD, POD, Check, Write


@pytest.fixture
def baseline(check: Check, write: Write, policies: str) -> Path:
    """What was known when the pod was checked first."""
    write("pod.yaml", POD)
    return write("baseline.json", check("--policy", policies, "pod.yaml", "-o", "json").out)


def test_what_is_known_is_skipped(check: Check, baseline: Path, policies: str) -> None:
    done = check("--policy", policies, "--baseline", str(baseline), "pod.yaml", "-o", "json")

    results = json.loads(done.out)["results"]
    assert done.code == 0
    assert [(one["policy"], one["result"], one["findings"], one["because"]) for one in results] == [
        ("no-host-network", "skip", [], "known in the baseline"),
        ("pinned", "skip", [], "known in the baseline"),
    ]


def test_moved_lines_files_and_containers_are_still_known(check: Check, write: Write, baseline: Path, policies: str) -> None:
    (baseline.parent / "pod.yaml").unlink()
    write("moved/pod.yaml", "# moved\n" + POD.replace("  containers:\n", "  containers:\n  - {name: first, image: 'a:1'}\n"))

    assert check("--policy", policies, "--baseline", str(baseline), "moved").code == 0


def test_what_is_new_is_reported_alone(check: Check, write: Write, baseline: Path, policies: str) -> None:
    write("pod.yaml", POD + "  - name: second\n    image: redis:latest\n")

    done = check("--policy", policies, "--baseline", str(baseline), "pod.yaml", "-o", "json")

    (failed,) = [one for one in json.loads(done.out)["results"] if one["result"] == "fail"]
    assert done.code == 1
    assert [(one["container"], one["line"]) for one in failed["findings"]] == [("second", 12)]


def test_a_second_object_of_the_same_name_is_new(check: Check, write: Write, baseline: Path, policies: str) -> None:
    write("pod.yaml", POD + "---\n" + POD)

    done = check("--policy", policies, "--baseline", str(baseline), "pod.yaml")

    assert (done.code, done.out.count("error[")) == (1, 2)


def test_a_mended_object_needs_its_baseline_no_more(check: Check, write: Write, baseline: Path, policies: str) -> None:
    write("pod.yaml", GOOD_POD)

    assert "skipped" not in check("--policy", policies, "--baseline", str(baseline), "pod.yaml").out


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"results": [1]}', '{"results": [{"resource": 1, "findings": []}]}', "results: []"])
def test_what_is_no_baseline_is_told(check: Check, write: Write, policies: str, text: str) -> None:
    write("pod.yaml", POD)
    write("other.json", text)

    done = check("--policy", policies, "--baseline", "other.json", "pod.yaml")

    assert (done.code, done.err) == (2, "error: other.json:1:1: is no baseline: write one with autonomy check -o json\n")
