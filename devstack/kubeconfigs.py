"""Kubeconfig files: where the product looks for them, one for a token, and one's own current context."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from devstack.installation import write_private
from devstack.processes import Failure

PATHS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")

Settings = dict[str, JsonValue]


class ClusterEntry(BaseModel):
    name: str
    cluster: Settings


class UserEntry(BaseModel):
    name: str
    user: Settings


class Context(BaseModel):
    cluster: str
    user: str


class ContextEntry(BaseModel):
    name: str
    context: Context


class Kubeconfig(BaseModel):
    """What we need of a kubeconfig; where several files are merged, the first one that says something wins."""

    model_config = ConfigDict(validate_by_name=True)

    current: str = Field(default="", alias="current-context")
    clusters: list[ClusterEntry] = []
    users: list[UserEntry] = []
    contexts: list[ContextEntry] = []

    @classmethod
    def read(cls, file: Path) -> Self:
        """Raises Failure where it is no kubeconfig. Relative paths in it become absolute."""
        try:
            known = cls.model_validate({name: value for name, value in yaml.safe_load(file.read_text()).items() if value is not None})
        except (OSError, AttributeError, yaml.YAMLError, ValidationError) as error:
            raise Failure(f"{file} is no kubeconfig that can be read: {str(error).splitlines()[0]}") from error
        for settings in (*(entry.cluster for entry in known.clusters), *(entry.user for entry in known.users)):
            settings.update({name: str(file.parent.resolve() / str(settings[name])) for name in PATHS if settings.get(name)})
        return known

    def merged_with(self, other: Self) -> Self:
        return self.model_copy(
            update={
                "current": self.current or other.current,
                "clusters": self.clusters + other.clusters,
                "users": self.users + other.users,
                "contexts": self.contexts + other.contexts,
            }
        )

    def current_alone(self) -> Self:
        """Only what the current context needs. Raises Failure where there is none."""
        chosen = next((entry for entry in self.contexts if entry.name == self.current), None)
        if chosen is None:
            raise Failure("No current context in your kubeconfig: choose one (kubectl config use-context NAME), or set KUBECONFIG.")
        clusters = [entry for entry in self.clusters if entry.name == chosen.context.cluster][:1]
        users = [entry for entry in self.users if entry.name == chosen.context.user][:1]
        return self.model_copy(update={"clusters": clusters, "users": users, "contexts": [chosen]})

    def text(self) -> str:
        return yaml.safe_dump({"apiVersion": "v1", "kind": "Config", **self.model_dump(by_alias=True)})


def own_context(environment: Mapping[str, str]) -> Kubeconfig:
    """The current context of `KUBECONFIG`, or of `~/.kube/config`. Raises Failure where there is none."""
    named = environment.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    everything = Kubeconfig()
    for file in named.split(os.pathsep):
        if file and Path(file).exists():
            everything = everything.merged_with(Kubeconfig.read(Path(file)))
    return everything.current_alone()


def slug(context: str) -> str:
    """A context's name as the product's name for its cluster."""
    return re.sub(r"[^a-z0-9]+", "-", context.lower()).strip("-")[:50].strip("-") or "cluster"


def for_token(server: str, token: str) -> Kubeconfig:
    """Reaches `server` with a bearer token."""
    return Kubeconfig(
        current="sandbox",
        clusters=[ClusterEntry(name="sandbox", cluster={"server": server})],
        users=[UserEntry(name="sandbox", user={"token": token})],
        contexts=[ContextEntry(name="sandbox", context=Context(cluster="sandbox", user="sandbox"))],
    )


def write(folder: Path, cluster: str, kubeconfig: Kubeconfig) -> None:
    """Put it where the product looks for its credential of this cluster."""
    folder.mkdir(parents=True, exist_ok=True)
    write_private(folder / f"{cluster}.yaml", kubeconfig.text())
