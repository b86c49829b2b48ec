"""Tokens of service accounts are files that somebody else replaces while we run."""

from pathlib import Path

import pytest
import yaml
from pytest_django.fixtures import Settings

from clusters import connections
from clusters.connections import gateway
from clusters.errors import Unauthorized
from tests.plugins.sandbox_cluster import SandboxCluster, kubeconfig


@pytest.fixture
def token_file(sandbox_cluster: SandboxCluster, settings: Settings, tmp_path: Path) -> Path:
    settings.KUBECONFIG_DIR = tmp_path
    config = kubeconfig(sandbox_cluster.url, "web", "")
    config["users"][0]["user"] = {"tokenFile": str(tmp_path / "token")}
    (tmp_path / "sandbox.yaml").write_text(yaml.safe_dump(config))
    return tmp_path / "token"


def test_a_token_that_was_replaced_is_used_after_a_while(
    token_file: Path, sandbox_cluster: SandboxCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    token_file.write_text("outdated")
    with pytest.raises(Unauthorized):
        gateway("sandbox").list("Deployment")

    token_file.write_text(sandbox_cluster.tokens["web"])
    monkeypatch.setattr(connections, "READ_AGAIN_SECONDS", 0)

    assert gateway("sandbox").list("Deployment").items == []
