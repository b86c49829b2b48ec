"""What `autonomy check -o policyreport` writes, an API server that knows these reports takes: no field is unknown or of another type."""

from pathlib import Path
from textwrap import indent
from typing import Any

import httpx
import pytest
import yaml

from cli.main import main
from tests.cli.conftest import GOOD_POD, HEAD, POD, TAIL
from tests.controlplane.polling import until
from tests.controlplane.report_kinds import GROUP, OUTCOMES, VERSION, definition

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
API = f"/apis/{GROUP}/{VERSION}"
VALIDATIONS = {
    "broken": ("critical", "[{expression: 'object.nothing == 1'}]"),
    "no-host-network": ("high", '[{expression: "!object.spec.?hostNetwork.orValue(false)", path: /spec/hostNetwork}]'),
}


@pytest.fixture
def reporting(admin: httpx.Client) -> httpx.Client:
    for kind in ("PolicyReport", "ClusterPolicyReport"):
        answer = admin.post(DEFINITIONS, json=definition(kind))
        assert answer.status_code in {201, 409}, answer.text
        until(lambda kind=kind: admin.get(f"{API}/{kind.lower()}s").is_success)
    return admin


def collection(report: dict[str, Any]) -> str:
    namespace = report["metadata"].get("namespace")
    return f"{API}/{f'namespaces/{namespace}/' if namespace else ''}{report['kind'].lower()}s"


def reports(folder: Path, namespace: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Of a pod that fails, one that is exempted, one that passes, one of a wrong type, and of a cluster-wide object."""
    for name, (severity, validations) in VALIDATIONS.items():
        head = HEAD.format(name=name, enforcement="soft-mandatory", severity=severity, failure_policy="Fail", resources="pods")
        (folder / f"{name}.yaml").write_text(head + indent(f"validations: {validations}", "  ") + "\n" + TAIL)
    skipped = f"# autonomy: ignore no-host-network: It is a test.\n{POD.replace('name: api', 'name: skipped')}"
    wrong = POD.replace("name: web", "name: [1]")
    cluster = "{apiVersion: v1, kind: Namespace, metadata: {name: x}}\n"
    manifests = f"{POD}---\n{skipped}---\n{GOOD_POD}---\n{wrong}---\n{cluster}".replace("payments", namespace)
    (folder / "manifests.yaml").write_text(manifests)
    options = ("--pack", "best-practices", "--pack", "pss-baseline", "--policy", str(folder / "no-host-network.yaml"))
    main(["check", *options, "--policy", str(folder / "broken.yaml"), str(folder / "manifests.yaml"), "-o", "policyreport"])
    return list(yaml.safe_load_all(capsys.readouterr().out))


def test_an_api_server_takes_the_reports(
    reporting: httpx.Client, namespace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    written = reports(tmp_path, namespace, capsys)

    assert [one["kind"] for one in written] == ["PolicyReport", "ClusterPolicyReport"]
    assert {row["result"] for row in written[0]["results"]} == set(OUTCOMES)
    assert {row["severity"] for row in written[0]["results"]} >= {"critical", "high", "medium", "low"}
    for report in written:
        answer = reporting.post(collection(report), json=report, params={"fieldValidation": "Strict", "dryRun": "All"})
        assert answer.status_code == 201, answer.text
        stored = answer.json()
        assert (stored["summary"], stored["results"]) == (report["summary"], report["results"])


@pytest.mark.parametrize(("field", "value"), [("result", "failed"), ("severity", "severe"), ("unknown", "x"), ("properties", {"line": 7})])
def test_and_would_refuse_what_is_no_such_report(reporting: httpx.Client, namespace: str, field: str, value: object) -> None:
    row = {"policy": "x", "result": "pass", field: value}
    report = {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "PolicyReport",
        "metadata": {"name": "x", "namespace": namespace},
        "results": [row],
    }

    answer = reporting.post(collection(report), json=report, params={"fieldValidation": "Strict", "dryRun": "All"})

    assert answer.status_code in {400, 422}
    assert field in answer.text
