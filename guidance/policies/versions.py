"""Versions of Kubernetes, and for which of them something holds."""

import re
from dataclasses import field
from typing import Annotated, NamedTuple

from guidance.documents.schema import Checked, Strict

WRITTEN = re.compile(r"v?(\d{1,3})\.(\d{1,3})(\.\d{1,5})?")


class KubernetesVersion(NamedTuple):
    """A minor release, which is what policies depend on."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}"


OLDEST, NEWEST = KubernetesVersion(1, 0), KubernetesVersion(1, 37)
"""What the packs that ship are written for."""


def parse_version(text: object) -> KubernetesVersion:
    """`1.30`, `v1.30` and `v1.30.2` are all v1.30. Raises ValueError."""
    if isinstance(text, KubernetesVersion):
        return text
    found = WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f'{text!r} is no version of Kubernetes: it is text such as "1.30", in quotes')
    return KubernetesVersion(int(found[1]), int(found[2]))


Version = Annotated[KubernetesVersion, Checked(parse_version, before=True, written=str)]


class Versions(Strict):
    """From one version to another, both inclusive; left out, there is no bound on that side."""

    first: Version | None = field(default=None, metadata={"alias": "from"})
    last: Version | None = field(default=None, metadata={"alias": "to"})

    def __post_init__(self) -> None:
        if self.first and self.last and self.first > self.last:
            raise ValueError(f"'from' {self.first} comes after 'to' {self.last}")

    def __contains__(self, version: KubernetesVersion) -> bool:
        return (self.first is None or self.first <= version) and (self.last is None or version <= self.last)

    def overlaps(self, other: "Versions") -> bool:
        """Whether some version is in both."""
        starts_before_end = other.last is None or self.first is None or self.first <= other.last
        ends_after_start = other.first is None or self.last is None or other.first <= self.last
        return starts_before_end and ends_after_start

    def __str__(self) -> str:
        if self.first and self.last:
            return f"{self.first} to {self.last}"
        if self.first:
            return f"{self.first} and newer"
        return f"{self.last} and older" if self.last else "every version"


EVERY_VERSION = Versions()
