"""`demo.env`: addresses, tokens and passwords as `NAME=value` lines that a shell can source."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from devstack.installation import write_private


def read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    pairs = (line.partition("=") for line in file.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}


def update(file: Path, values: Mapping[str, str]) -> None:
    """Set these, keep the others; the file is its owner's alone."""
    everything = read(file) | dict(values)
    write_private(file, "".join(f"{name}={shlex.quote(value)}\n" for name, value in everything.items()))
