"""With a baseline, only what is new is reported."""

import json
from pathlib import Path

import pytest

from cli.manifests import files
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


VOLUMES = """\
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: payments}
spec:
  containers: [{name: web, image: "a:1"}]
  volumes:
  - {name: v, hostPath: {path: /a}}
"""
HARMLESS, HARMFUL = "  - {name: e, emptyDir: {}}\n", "  - {name: new, hostPath: {path: /}}\n"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (VOLUMES.replace("  - {name: v", f"{HARMLESS}  - {{name: v"), []),
        (VOLUMES.replace("  - {name: v", f"{HARMFUL}  - {{name: v"), ["/spec/volumes/new/hostPath"]),
        (VOLUMES.replace("name: v", "name: z"), ["/spec/volumes/z/hostPath"]),
        (VOLUMES + HARMFUL, ["/spec/volumes/new/hostPath"]),
    ],
)
def test_elements_of_lists_are_known_by_their_names(check: Check, write: Write, text: str, new: list[str]) -> None:
    write("pod.yaml", VOLUMES)
    write("baseline.json", check("--pack", "pss-baseline", "pod.yaml", "-o", "json").out)
    write("pod.yaml", text)

    done = check("--pack", "pss-baseline", "--baseline", "baseline.json", "pod.yaml", "-o", "json")

    found = [finding["place"] for one in json.loads(done.out)["results"] for finding in one["findings"]]
    assert (done.code, found) == (int(bool(new)), new)


def test_elements_without_names_are_known_by_what_they_hold(check: Check, write: Write) -> None:
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a, namespace: b}\nrules:\n"
    secrets, pods = '- {apiGroups: [""], resources: [secrets], verbs: [get]}\n', '- {apiGroups: [""], resources: [pods], verbs: [get]}\n'
    write("role.yaml", f"{role}{secrets}")
    write("baseline.json", check("--pack", "rbac", "role.yaml", "-o", "json").out)

    def code(rules: str) -> int:
        write("role.yaml", f"{role}{rules}")
        return check("--pack", "rbac", "--baseline", "baseline.json", "role.yaml").code

    assert [code(pods + secrets), code(pods + secrets + secrets), code(secrets.replace("get", "list"))] == [0, 1, 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"results": [1]}',
        '{"results": [{"resource": 1, "findings": []}]}',
        '{"results": [{"resource": {}, "policy": "x", "result": "fail", "findings": [{"path": "/"}]}]}',
        "results: []",
        "[" * 100_000,
    ],
)
def test_what_is_no_baseline_is_told(check: Check, write: Write, policies: str, text: str) -> None:
    write("pod.yaml", POD)
    write("other.json", text)

    done = check("--policy", policies, "--baseline", "other.json", "pod.yaml")

    assert (done.code, done.err) == (2, "error: other.json:1:1: is no baseline: write one with autonomy check -o json\n")


def test_what_is_known_is_counted_and_not_told(check: Check, baseline: Path, policies: str) -> None:
    done = check("--policy", policies, "--baseline", str(baseline), "pod.yaml")

    assert done.out == "1 object in 1 file: 0 errors, 0 pieces of advice, 2 skipped, 0 passed.\n"


def test_a_baseline_may_be_longer_than_a_manifest(check: Check, baseline: Path, policies: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 2,000 workloads it has more than 20 MB."""
    monkeypatch.setattr(files, "MAX_BYTES", len(POD))

    assert len(baseline.read_bytes()) > len(POD)
    assert check("--policy", policies, "--baseline", str(baseline), "pod.yaml").code == 0
