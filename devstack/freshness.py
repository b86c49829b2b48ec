"""Skipping what was done before: a stamp file holds a digest of what the work depends on."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack.processes import REPOSITORY

SOURCES = ("*.py", "*.yaml", "*.json")
ELSEWHERE = ("tests", "docs", "benchmarks", "deploy")


@contextmanager
def unless_done(stamp: Path, *depends_on: str) -> Iterator[bool]:
    """Whether the work of the block is needed; a block that ends well is not needed again until the product's sources change."""
    now = _digest(*depends_on)
    needed = not stamp.exists() or stamp.read_text() != now
    yield needed
    stamp.write_text(now)


def _digest(*words: str) -> str:
    digest = hashlib.sha256("\0".join(words).encode())
    for file in sorted(_sources()):
        digest.update(str(file).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for folder in REPOSITORY.iterdir():
        if (folder / "__init__.py").exists() and folder.name not in ELSEWHERE:
            for pattern in SOURCES:
                yield from folder.rglob(pattern)
