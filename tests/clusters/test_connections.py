import os
import sys
import time
from pathlib import Path

import pytest
import yaml
from pytest_django.fixtures import Settings

from clusters.connections import gateway
from clusters.errors import NotConfigured
from tests.plugins.sandbox_cluster import SandboxCluster, kubeconfig


def test_a_process_keeps_one_gateway_per_cluster(sandbox_cluster: SandboxCluster, settings: Settings) -> None:
    settings.KUBECONFIG_DIR = sandbox_cluster.kubeconfig_dir / "web"

    assert gateway("sandbox") is gateway("sandbox")
    assert gateway("sandbox").version() == "v1.34.4"


def test_a_changed_kubeconfig_is_read_again(settings: Settings, tmp_path: Path) -> None:
    settings.KUBECONFIG_DIR = tmp_path
    file = tmp_path / "sandbox.yaml"
    file.write_text(yaml.safe_dump(kubeconfig("http://127.0.0.1:1", "worker", "token")))
    before = gateway("sandbox")

    os.utime(file, (time.time(), file.stat().st_mtime + 1))

    assert gateway("sandbox") is not before


def test_a_missing_kubeconfig_is_told_with_its_place(settings: Settings, tmp_path: Path) -> None:
    settings.KUBECONFIG_DIR = tmp_path

    with pytest.raises(NotConfigured, match=rf"No kubeconfig for the cluster 'east': put one at {tmp_path}/east\.yaml"):
        gateway("east")


@pytest.mark.parametrize("content", ["", "[]", "{not yaml", "apiVersion: v1\nkind: Config\n", "current-context: x\n"])
def test_a_broken_kubeconfig_is_told(settings: Settings, tmp_path: Path, content: str) -> None:
    settings.KUBECONFIG_DIR = tmp_path
    (tmp_path / "broken.yaml").write_text(content)

    with pytest.raises(NotConfigured, match=r"broken\.yaml cannot be used"):
        gateway("broken")


@pytest.mark.parametrize("name", ["", "../web/sandbox", "a/b", "-", "UPPER", "a" * 300])
def test_a_name_that_is_no_name_reaches_no_file(settings: Settings, sandbox_cluster: SandboxCluster, name: str) -> None:
    settings.KUBECONFIG_DIR = sandbox_cluster.kubeconfig_dir / "worker"

    with pytest.raises(NotConfigured, match="is no name of a cluster"):
        gateway(name)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_forked_process_gets_a_gateway_of_its_own(sandbox_cluster: SandboxCluster, settings: Settings) -> None:
    settings.KUBECONFIG_DIR = sandbox_cluster.kubeconfig_dir / "web"
    parents = gateway("sandbox")
    child = os.fork()
    if child == 0:
        os._exit(0 if gateway("sandbox") is not parents else 1)

    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
