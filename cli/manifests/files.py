"""From the paths of a command line to texts."""

import codecs
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from guidance.documents.source import Problem

STDIN = "-"
SUFFIXES = frozenset({".yaml", ".yml", ".json"})
NO_MANIFESTS = frozenset({"kustomization.yaml", "kustomization.yml", "Chart.yaml", "values.yaml"})
"""Left out of folders: YAML that other tools read."""
BYTE_ORDER_MARK = "\ufeff"
MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
"""How texts begin that are no UTF-8: PowerShell's are UTF-16."""
NO_FILE = "is a pipe or a device, which may have no end: give its own path to read it all the same"
NAMES_A_VERSION = re.compile(r"^[^#\n]*\bapiVersion[\"']?\s*:", re.IGNORECASE | re.MULTILINE)
"""Misspelt too: what means to be an object is not passed over."""
MAX_BYTES = 20 * 1024 * 1024
"""Of one file; 20 MB are about 10,000 objects."""


@dataclass(frozen=True)
class File:
    """`name` is the path as given or found, `-` for standard input; `mark` the byte order mark that the text begins with, if any."""

    name: str
    text: str = field(repr=False)
    encoding: str = "utf-8"
    mark: str = ""

    @property
    def content(self) -> bytes:
        return (self.mark + self.text).encode(self.encoding)


def read_all(paths: Iterable[str]) -> Iterator[File | Problem]:
    """Every file once, whether it is called `a.yaml` or `./a.yaml`; folders in the order of names.

    What cannot be read is a Problem in its place.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _inside(path) if path != STDIN and stat.S_ISDIR(_mode(path)) else [path]:
            if isinstance(found, Problem):
                yield found
            elif (whole := os.path.abspath(found)) not in seen:  # noqa: PTH100 it makes a/../b to b
                seen.add(whole)
                yield read(found)


def read(path: str, *, most: int | None = None) -> File | Problem:
    """`most` bytes, MAX_BYTES where nothing is said."""
    most = MAX_BYTES if most is None else most
    if path == STDIN and sys.stdin is None:
        return Problem(path, 1, 1, "cannot be read: it is closed")
    try:
        with sys.stdin.buffer if path == STDIN else Path(path).open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        return Problem(path, 1, 1, f"cannot be read: {error.strerror}")
    if len(content) > most:
        return Problem(path, 1, 1, f"has more than {most // 1024 // 1024} MB: split it into several files")
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(encoding, "replace").count("\n") + 1
        return Problem(path, line, 1, f"is not {encoding.upper()} text")
    return File(path, text.removeprefix(BYTE_ORDER_MARK), encoding, BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else "")


def is_other(file: File | Problem) -> bool:
    """Whether a file is not meant for Kubernetes: other tools read it, or no `apiVersion` stands in it."""
    if isinstance(file, Problem):
        return False
    return PurePath(file.name).name in NO_MANIFESTS or not NAMES_A_VERSION.search(file.text)


def _inside(folder: str) -> Iterator[str | Problem]:
    """The manifests below a folder; hidden files and folders are not looked at."""
    found = list(_below(folder, set()))
    yield from found or [Problem(folder, 1, 1, f"the folder holds no file that ends in {', '.join(sorted(SUFFIXES))}")]


def _below(folder: str, seen: set[str]) -> Iterator[str | Problem]:
    """Files before folders; links are followed, and every folder is looked at once."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208 as the line below
    except OSError as error:
        yield Problem(folder, 1, 1, f"cannot be read: {error.strerror}")
        return
    modes = {path: _mode(path) for path in (os.path.join(folder, name) for name in names)}  # noqa: PTH118 keeps ./ as it was given
    for path, mode in modes.items():
        if not stat.S_ISDIR(mode) and PurePath(path).suffix.lower() in SUFFIXES and PurePath(path).name not in NO_MANIFESTS:
            yield path if stat.S_ISREG(mode) or not mode else Problem(path, 1, 1, NO_FILE)
    for path in (path for path, mode in modes.items() if stat.S_ISDIR(mode)):
        yield from _below_link(path, real, seen) if Path(path).is_symlink() else _below(path, seen)


def _mode(path: str) -> int:
    """Of what a path leads to; 0 where that cannot be told: who opens it learns why."""
    try:
        return Path(path).stat().st_mode
    except OSError:
        return 0


def _below_link(link: str, parent: str, seen: set[str]) -> Iterator[str | Problem]:
    around = os.path.realpath(link)
    if around not in seen and Path(parent).is_relative_to(around):
        yield Problem(link, 1, 1, "this link leads to a folder around its own and is not followed: give that folder in place of this one")
    else:
        yield from _below(link, seen)
