"""The background scan with the web's credential, on a real API server: the rights of deploy/rbac/ are enough for every kind it reads."""

from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from devstack.controlplane.server import ControlPlane
from devstack.demo.manifests import deployment
from guidance.models import NamespaceReport
from guidance.services.scan import scan
from tests.controlplane.objects import apply
from tests.controlplane.polling import until
from tests.plugins.world import World


@pytest.fixture
def production(admin: httpx.Client, control_plane: ControlPlane, settings: Settings, tmp_path: Path) -> str:
    """A namespace of the demo's on the control plane, with a Deployment that may run as root."""
    settings.KUBECONFIG_DIR = control_plane.kubeconfig("web", tmp_path / "sandbox.yaml").parent
    name = "payments-prod"
    assert admin.post("/api/v1/namespaces", json={"metadata": {"name": name}}).status_code in {201, 409}
    until(lambda: admin.get(f"/api/v1/namespaces/{name}/serviceaccounts/default").is_success)
    careless = deployment(name, "careless", "registry.example/app:1.0.0", 1)
    careless["spec"]["template"]["spec"]["containers"][0]["securityContext"] = {}
    apply(admin, name, careless).raise_for_status()
    return name


def test_each_namespace_gets_a_report_without_problems(world: World, production: str) -> None:
    scan()

    reports = {report.namespace.name: report for report in NamespaceReport.objects.select_related("namespace")}
    assert len(reports) == 5
    assert {name: report.problems for name, report in reports.items() if report.problems} == {}
    assert [(row["resource"]["name"], row["policy"], row["result"]) for row in reports[production].results] == [
        ("careless", "run-as-non-root", "fail")
    ]
