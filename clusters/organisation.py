"""The organisation as one YAML file: groups, accounts, clusters and whose each namespace is."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=50)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GroupEntry(_Entry):
    slug: Slug
    name: str
    kind: Literal["team", "role"]


class AccountEntry(_Entry):
    username: Annotated[str, Field(min_length=1, max_length=150)]
    name: str = ""
    email: str = ""
    kind: Literal["person", "service"] = "person"
    owner: str | None = None
    alias_of: str | None = None
    groups: tuple[Slug, ...] = ()
    staff: bool = True


class NamespaceEntry(_Entry):
    name: Annotated[str, Field(min_length=1, max_length=63)]
    team: Slug | None = None
    environment: Slug


class ClusterEntry(_Entry):
    slug: Slug
    title: str
    namespaces: tuple[NamespaceEntry, ...] = ()


class Organisation(_Entry):
    groups: tuple[GroupEntry, ...] = ()
    accounts: tuple[AccountEntry, ...] = ()
    clusters: tuple[ClusterEntry, ...] = ()


def read(path: Path) -> Organisation:
    """Raises OSError, yaml.YAMLError, pydantic.ValidationError (which names each wrong field)."""
    return Organisation.model_validate(yaml.safe_load(path.read_text(encoding="utf8")) or {})
