"""docs/deployment.md tells how the product runs on Kubernetes: an API server takes what stands there, as kubectl would send it."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from devstack.controlplane.binaries import binaries
from devstack.controlplane.server import ControlPlane

REPOSITORY = Path(__file__).parents[2]
ON_KUBERNETES = (REPOSITORY / "docs/deployment.md").read_text().partition("## On Kubernetes")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", ON_KUBERNETES, re.MULTILINE | re.DOTALL)
Kubectl = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def dry_run(control_plane: ControlPlane, tmp_path: Path) -> Kubectl:
    folder, kubeconfig = binaries(), control_plane.kubeconfig("admin", tmp_path / "admin.yaml")
    assert folder is not None
    command = [folder / "kubectl", "--kubeconfig", kubeconfig, "apply", "--dry-run=server", "--validate=strict", "-o", "yaml", "-f", "-"]
    return lambda manifest: subprocess.run(command, input=manifest, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda it: re.search(r"^kind: (\w+)", it, re.MULTILINE)[1])
def test_an_api_server_takes_it(dry_run: Kubectl, block: str) -> None:
    done = dry_run(block)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_deployment_runs_what_the_compose_file_runs(dry_run: Kubectl) -> None:
    (block,) = (block for block in BLOCKS if "kind: Deployment" in block)
    stored = yaml.safe_load(dry_run(block).stdout)["spec"]["template"]["spec"]
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())

    (migrated,), (worker,) = stored["initContainers"], stored["containers"]
    assert worker["command"] == compose["services"]["worker-actions"]["command"]
    assert migrated["command"] == ["python", "manage.py", "migrate", "--check"]
    assert (worker["image"], worker["securityContext"]) == (migrated["image"], migrated["securityContext"])
    assert {variable["name"] for variable in worker["env"]} <= set(compose["x-environment"])
