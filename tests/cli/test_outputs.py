"""What programs read: JSON, SARIF, JUnit, PolicyReport."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from guidance.documents.jsontype import JsonValue
from guidance.documents.patch import Operation, apply
from tests.cli.conftest import GOOD_POD, POD, Check, Write, WritePolicy

RESOURCE = {"apiVersion": "v1", "kind": "Pod", "namespace": "payments", "name": "api"}


@pytest.fixture
def mixed(check: Check, write: Write, policies: str, policy: WritePolicy) -> Any:
    """Each outcome once: fail, skip, error, and pass."""
    policy("validations: [{expression: 'object.nothing == 1'}]", name="broken", severity="low")
    write("k8s/my pod.yaml", GOOD_POD + "---\n# autonomy: ignore pinned: It is a test.\n" + POD + "---\nnothing: 1\n")

    return lambda output: check("--policy", policies, "k8s", "-o", output)


def test_json_has_every_result(mixed: Any) -> None:
    done = mixed("json")

    content = json.loads(done.out)
    assert done.code == 2
    assert content["summary"] == {"pass": 2, "fail": 1, "warn": 0, "error": 2, "skip": 1, "files": 1, "objects": 2, "problems": 1}
    assert content["problems"] == [
        {"file": "k8s/my pod.yaml", "line": 24, "column": 1, "message": "not an object of Kubernetes: apiVersion and kind are missing"}
    ]
    assert [(one["document"], one["line"], one["policy"], one["result"]) for one in content["results"]] == [
        (1, 1, "broken", "error"),
        (1, 1, "no-host-network", "pass"),
        (1, 1, "pinned", "pass"),
        (2, 13, "broken", "error"),
        (2, 19, "no-host-network", "fail"),
        (2, 22, "pinned", "skip"),
    ]
    assert content["results"][4] == {
        "file": "k8s/my pod.yaml",
        "document": 2,
        "line": 19,
        "resource": RESOURCE,
        "policy": "no-host-network",
        "version": "1.0.0",
        "severity": "high",
        "enforcement": "hard-mandatory",
        "result": "fail",
        "findings": [
            {
                "message": "The pod uses the node's network.",
                "path": "/spec/hostNetwork",
                "place": "/spec/hostNetwork",
                "line": 19,
                "container": None,
                "current": True,
                "expected": False,
                "fix": [{"op": "replace", "path": "/spec/hostNetwork", "value": False}],
            }
        ],
    }
    assert (content["results"][5]["because"], len(content["results"][5]["findings"])) == ("It is a test.", 1)


def test_json_of_nothing(check: Check, write: Write, policies: str) -> None:
    write("empty.yaml", "# nothing\n")

    assert json.loads(check("--policy", policies, "empty.yaml", "-o", "json").out) == {
        "results": [],
        "patches": [],
        "problems": [],
        "summary": {"pass": 0, "fail": 0, "warn": 0, "error": 0, "skip": 0, "files": 1, "objects": 0, "problems": 0},
    }


def test_json_has_all_fixes_of_an_object_in_one_patch(check: Check, write: Write) -> None:
    """Each fix is right alone; they do not add up, because each brings the securityContext that is not there."""
    pod: dict[str, JsonValue] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "x"},
        "spec": {"containers": [{"name": "a", "image": "b:1"}]},
    }
    sent: JsonValue = {"apiVersion": "v1", "kind": "List", "items": [pod, pod]}
    write("list.json", json.dumps(sent))

    content = json.loads(check("--pack", "pss-restricted", "list.json", "-o", "json").out)

    fixes = [finding["fix"] for result in content["results"] for finding in result["findings"]]
    assert [(one["document"], one["resource"]["name"]) for one in content["patches"]] == [(1, "x"), (1, "x")]
    assert sum(fix[0]["path"] == "/items/1/spec/containers/0/securityContext" for fix in fixes) == 4

    def left(patches: list[list[Operation]]) -> int:
        after = sent
        for patch in patches:
            after = apply(after, patch)
        write("list.json", json.dumps(after))
        return check("--pack", "pss-restricted", "list.json").out.count("error[")

    assert (left([]), left(fixes), left([one["patch"] for one in content["patches"]])) == (8, 6, 0)


def test_sarif_tells_rules_results_and_what_was_not_judged(mixed: Any) -> None:
    sarif = json.loads(mixed("sarif").out)

    (run,) = sarif["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert sarif["version"] == "2.1.0"
    assert [rule["id"] for rule in rules] == ["broken", "no-host-network", "pinned", "well-formed"]
    assert rules[1] == {
        "id": "no-host-network",
        "name": "NoHostNetwork",
        "shortDescription": {"text": "What no-host-network is about"},
        "fullDescription": {"text": "It is needed."},
        "help": {
            "text": "What no-host-network is about. It is needed.\n\nControls: CIS-1",
            "markdown": "**What no-host-network is about**\n\nIt is needed.\n\nControls: CIS-1",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": ["security", "kubernetes", "CIS-1"],
            "precision": "very-high",
            "problem.severity": "error",
            "security-severity": "8.0",
        },
    }
    assert [result["ruleId"] for result in run["results"]] == ["broken", "broken", "no-host-network"]
    assert run["results"][2] == {
        "ruleId": "no-host-network",
        "ruleIndex": 1,
        "level": "error",
        "message": {"text": "The pod uses the node's network."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "k8s/my%20pod.yaml"},
                    "region": {"startLine": 19, "startColumn": 16, "endLine": 19, "endColumn": 20},
                },
                "logicalLocations": [{"fullyQualifiedName": "Pod payments/api: /spec/hostNetwork", "kind": "member"}],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": "6196ce07e123902b:1"},
    }
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [one["message"]["text"] for one in invocation["toolExecutionNotifications"]] == [
        "not an object of Kubernetes: apiVersion and kind are missing"
    ]


def test_fingerprints_stay_when_lines_move_and_differ_within_a_run(check: Check, write: Write, policies: str) -> None:
    def prints() -> list[str]:
        (run,) = json.loads(check("--policy", policies, ".", "-o", "sarif").out)["runs"]
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]

    write("pod.yaml", POD)
    before = prints()
    write("pod.yaml", "# moved\n" + POD.replace("  containers:\n", "  containers:\n  - {name: first, image: 'a:1'}\n"))

    assert prints() == before
    write("twin.yaml", POD)
    assert len(set(prints())) == 4


def test_junit_has_a_case_per_object_and_policy(mixed: Any) -> None:
    root = ElementTree.fromstring(mixed("junit").out)

    (suite,) = root
    assert root.attrib == {"name": "autonomy", "tests": "7", "failures": "1", "errors": "3"}  # and no more: Jenkins' schema
    assert suite.attrib == {"name": "k8s/my pod.yaml", "tests": "7", "failures": "1", "errors": "3", "skipped": "1"}
    assert [(case.attrib["name"], [(part.tag, part.attrib.get("message")) for part in case]) for case in suite][3:] == [
        ("Pod payments/api: broken", [("error", suite[3][0].attrib["message"])]),
        ("Pod payments/api: no-host-network", [("failure", "The pod uses the node's network.")]),
        ("Pod payments/api: pinned", [("skipped", "It is a test.")]),
        ("line 24", [("error", "not an object of Kubernetes: apiVersion and kind are missing")]),
    ]
    assert suite[4][0].text == "k8s/my pod.yaml:19:16: The pod uses the node's network. (/spec/hostNetwork)"


def test_junit_fails_for_what_fails_the_check(check: Check, write: Write) -> None:
    write("pod.yaml", GOOD_POD)

    def tags(*arguments: str) -> set[str]:
        root = ElementTree.fromstring(check("--pack", "best-practices", "-o", "junit", "pod.yaml", *arguments).out)
        return {part.tag for part in root.iter()} - {"testsuites", "testsuite", "testcase"}

    assert tags() == {"system-out"}
    assert tags("--fail-on", "advisory") == {"failure"}


def test_junit_holds_what_xml_cannot(check: Check, write: Write, policies: str) -> None:
    write("pod.yaml", POD.replace("name: api", r'name: "a\u0001<&"'))

    (suite,) = ElementTree.fromstring(check("--policy", policies, "pod.yaml", "-o", "junit").out)

    assert suite[0].attrib["name"] == "Pod payments/a\N{REPLACEMENT CHARACTER}<&: no-host-network"


def test_a_policy_report_for_each_namespace(check: Check, write: Write, policies: str, policy: WritePolicy) -> None:
    policy("validations: [{expression: 'true'}]", name="any-namespace", resources="namespaces")
    namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: x}}\n"
    write("pod.yaml", "---\n".join([POD, GOOD_POD.replace("payments", "search"), namespace]))

    payments, search, cluster = yaml.safe_load_all(check("--policy", policies, "pod.yaml", "-o", "policyreport").out)

    assert payments["apiVersion"] == "wgpolicyk8s.io/v1alpha2"
    assert (payments["kind"], payments["metadata"]) == ("PolicyReport", {"name": "autonomy-check", "namespace": "payments"})
    assert payments["summary"] == {"pass": 0, "fail": 2, "warn": 0, "error": 0, "skip": 0}
    row = payments["results"][0]
    assert set(row.pop("timestamp")) == {"seconds", "nanos"}
    assert row == {
        "policy": "no-host-network",
        "source": "autonomy",
        "result": "fail",
        "scored": True,
        "severity": "high",
        "resources": [RESOURCE],
        "message": "The pod uses the node's network.",
        "properties": {
            "version": "1.0.0",
            "enforcement": "hard-mandatory",
            "file": "pod.yaml",
            "paths": "/spec/hostNetwork",
            "lines": "7",
        },
    }
    assert [row["result"] for row in search["results"]] == ["pass", "pass"]
    assert (cluster["kind"], cluster["metadata"]) == ("ClusterPolicyReport", {"name": "autonomy-check"})
    assert cluster["results"][0]["resources"] == [{"apiVersion": "v1", "kind": "Namespace", "name": "x"}]


BAD: dict[str, tuple[str, ...]] = {
    "policy": ("--policy", "bad.yaml"),
    "baseline": ("--policy", "policies", "--baseline", "bad.yaml"),
    "pack": ("--pack", "pss-basline"),
}


@pytest.mark.parametrize("which", BAD)
def test_what_keeps_everything_from_being_judged_is_in_every_report(check: Check, write: Write, policies: str, which: str) -> None:
    """CI uploads what is there, whatever the exit code."""
    assert policies == "policies"
    write("pod.yaml", POD)
    write("bad.yaml", "kind: Policy\n")

    json_, sarif, junit = (check(*BAD[which], "pod.yaml", "-o", output) for output in ("json", "sarif", "junit"))

    assert {done.code for done in (json_, sarif, junit)} == {2}
    problems = json.loads(json_.out)["problems"]
    assert {problem["file"] for problem in problems} == {"" if which == "pack" else "bad.yaml"}
    (run,) = json.loads(sarif.out)["runs"]
    (invocation,) = run["invocations"]
    notifications = invocation["toolExecutionNotifications"]
    assert (run["results"], invocation["executionSuccessful"]) == ([], False)
    assert [one["message"]["text"] for one in notifications] == [problem["message"] for problem in problems]
    assert [("locations" in one) for one in notifications] == [which != "pack"] * len(problems)
    errors = ElementTree.fromstring(junit.out).findall("testsuite/testcase/error")
    assert [error.attrib["message"] for error in errors] == [problem["message"] for problem in problems]


def test_a_report_of_what_was_not_judged_does_not_stand_where_mended_manifests_go(check: Check) -> None:
    done = check("--pack", "pss-basline", "-", "--fix", "-o", "json", stdin=POD)

    assert (done.code, done.out) == (2, "")
    assert '"problems": [\n{"file": ""' in done.err


def test_a_policy_report_is_not_written_where_nothing_was_judged(check: Check, write: Write) -> None:
    """Nothing in it could say so: it would look as if all were well."""
    write("pod.yaml", POD)

    assert check("--pack", "pss-basline", "pod.yaml", "-o", "policyreport").out == ""


@pytest.mark.parametrize("output", ["json", "sarif", "junit", "policyreport"])
def test_a_patch_has_no_other_form(check: Check, write: Write, output: str) -> None:
    write("pod.yaml", POD)

    done = check("pod.yaml", "--diff", "-o", output)

    assert (done.code, done.out) == (2, "")
    assert done.err == f"error: --diff shows a patch, and no {output}: leave one of them out, or use --fix\n"
