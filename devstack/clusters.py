"""The clusters that `make up` can run on: what is started for each, and where its credentials come from."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

from devstack import kubeconfigs
from devstack.installation import write_private
from devstack.kubeconfigs import Kubeconfig
from devstack.processes import Program

USERS = ("admin", "web", "worker")


class Cluster(Protocol):
    """`name` is the product's word for it."""

    @property
    def name(self) -> str: ...

    @property
    def program(self) -> Program | None:
        """The process that serves it, where that is ours to start."""

    def kubeconfigs(self) -> Mapping[str, Kubeconfig]:
        """By user; the cluster must be ready."""


@dataclass(frozen=True)
class Sandbox:
    """Our small server that speaks enough of the Kubernetes API."""

    directory: Path
    port: int
    tokens: Mapping[str, str]
    name: str = "sandbox"

    @property
    def program(self) -> Program:
        self.directory.mkdir(exist_ok=True)
        tokens = self.directory / "tokens.json"
        write_private(tokens, json.dumps({token: {"user": user} for user, token in self.tokens.items()}))
        options = ("--port", str(self.port), "--state", str(self.directory / "state.json"), "--tokens", str(tokens))
        return Program("cluster", [sys.executable, "-m", "clusters.sandbox", *options], ready=lambda: answers(f"{self._url}/version"))

    def kubeconfigs(self) -> Mapping[str, Kubeconfig]:
        return {user: kubeconfigs.for_token(self._url, self.tokens[user]) for user in USERS}

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class ControlPlane:
    """A real control plane on this machine; it takes the sandbox's name, so that everything that is told of one holds for the other."""

    directory: Path
    port: int
    name: str = "sandbox"

    @property
    def program(self) -> Program:
        for user in USERS:
            self._file(user).unlink(missing_ok=True)
        options = ("--data-dir", str(self.directory), "--port", str(self.port))
        command = [sys.executable, "-m", "devstack.controlplane", *options]
        return Program("cluster", command, ready=lambda: all(self._file(user).exists() for user in USERS), starts_within=120, patience=30)

    def kubeconfigs(self) -> Mapping[str, Kubeconfig]:
        return {user: Kubeconfig.read(self._file(user)) for user in USERS}

    def _file(self, user: str) -> Path:
        return self.directory / "kubeconfigs" / f"{user}.yaml"


@dataclass(frozen=True)
class OwnContext:
    """Somebody's real cluster, with that person's rights; nothing is created there."""

    kubeconfig: Kubeconfig
    program: None = None

    @property
    def name(self) -> str:
        return kubeconfigs.slug(self.kubeconfig.current)

    def kubeconfigs(self) -> Mapping[str, Kubeconfig]:
        return dict.fromkeys(("web", "worker"), self.kubeconfig)


def answers(url: str) -> bool:
    """Whether a server speaks HTTP there, whatever it says."""
    try:
        httpx.get(url, timeout=5)
    except httpx.TransportError:
        return False
    return True
