"""`make up CLUSTER=kubeconfig`: somebody's own cluster, here a real control plane that knows nothing of the product."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from clusters.gateway import Gateway
from clusters.objects import Object, Ref
from devstack import demo_env, kubeconfigs
from devstack.controlplane.server import ControlPlane
from devstack.demo import manifests
from devstack.stack import Options, Stack
from devstack.welcome import welcome
from tests.devstack.fakes import eventually

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
CONTEXT = "kind-Dev"
ORGANISATION = {
    "groups": [
        {"slug": "shop", "name": "Shop", "kind": "team"},
        {"slug": "platform-admins", "name": "Platform admins", "kind": "role"},
        {"slug": "security", "name": "Security team", "kind": "role"},
    ],
    "accounts": [
        {"username": "ann", "name": "Ann", "email": "ann@example.com", "groups": ["shop"]},
        {"username": "bert", "name": "Bert", "email": "bert@example.com", "groups": ["platform-admins", "security"]},
    ],
    "clusters": [{"slug": "kind-dev", "title": "Kind", "namespaces": [{"name": "shop", "team": "shop", "environment": "dev"}]}],
}


@pytest.fixture
def admin(control_plane: ControlPlane, tmp_path: Path) -> Gateway:
    """Whoever owns the cluster, in which a shop runs."""
    file = control_plane.kubeconfig("admin", tmp_path / "config")
    own = yaml.safe_load(file.read_text())
    own["contexts"][0]["name"] = own["current-context"] = CONTEXT
    file.write_text(yaml.safe_dump(own))
    owner = Gateway.from_kubeconfig(file)
    for manifest in (manifests.namespace("shop"), manifests.deployment("shop", "web", "registry.example/shop/web:1.0.0", 1)):
        owner.apply(manifest)
    eventually(lambda: deployment(owner)["status"].get("availableReplicas") == 1, PATIENCE_SECONDS)
    return owner


@pytest.fixture
def stack(admin: Gateway, tmp_path: Path) -> Iterator[Stack]:
    own = kubeconfigs.own_context({"KUBECONFIG": str(tmp_path / "config")})
    with Stack(Options(tmp_path / "data", cluster=own)) as stack:
        stack.up()
        yield stack


def test_what_it_tells_to_do_makes_it_act_there_and_it_creates_nothing_by_itself(admin: Gateway, stack: Stack, tmp_path: Path) -> None:
    before = everything(admin)
    (tmp_path / "organisation.yaml").write_text(yaml.safe_dump(ORGANISATION))

    commands = re.findall(r"^  ((?:set -a|\.venv).*)$", welcome(stack), re.MULTILINE)
    token = shell(stack, *(line.replace("organisation.yaml", str(tmp_path / "organisation.yaml")) for line in commands), TOKEN)

    assert len(commands) == 4
    assert everything(admin) == before
    restart = {"action": "deployment.restart", "target": {"cluster": "kind-dev", "namespace": "shop", "name": "web"}, "reason": "Try it"}
    with httpx.Client(base_url=f"{stack.url}/api/v1", headers={"Authorization": f"Bearer {token}"}) as ann:
        asked = ann.post("/requests/", json=restart)
        assert asked.status_code == 202, asked.text
        request = f"/requests/{asked.json()['id']}/"
        eventually(lambda: ann.get(request).json()["status"] not in {"queued", "running"}, PATIENCE_SECONDS)
        assert ann.get(request).json()["status"] == "succeeded"
    assert deployment(admin)["metadata"]["generation"] == 2
    assert everything(admin) == before


TOKEN = ".venv/bin/python manage.py create_token ann"


def shell(stack: Stack, *commands: str) -> str:
    """The last line that these commands say, typed into one shell; there is no terminal, so nobody is asked for a password."""
    script = "\n".join(["set -e", *commands])
    elsewhere = {name for name in os.environ if name.startswith(("DJANGO_", "DATABASE_", "REDIS_"))} | set(demo_env.read(stack.demo_file))
    env = {name: value for name, value in os.environ.items() if name not in elsewhere}
    done = subprocess.run(
        ["bash", "-c", script], cwd=REPOSITORY, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip().splitlines()[-1]


def deployment(owner: Gateway) -> Object:
    found = owner.get(Ref.to("Deployment", "web", "shop"))
    return {"status": {}, **found}


def everything(owner: Gateway) -> set[tuple[str, str, str]]:
    """What people make there, by kind, namespace and name."""
    kinds = ("Namespace", "Deployment", "ResourceQuota", "NetworkPolicy", "ConfigMap")
    found = ((kind, one["metadata"]) for kind in kinds for one in owner.list(kind).items)
    return {(kind, metadata.get("namespace", ""), metadata["name"]) for kind, metadata in found}
