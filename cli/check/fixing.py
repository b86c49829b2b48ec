"""`--fix` writes the mended documents, `--diff` shows them."""

import difflib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cli.check import render
from cli.check.report import Report
from cli.colours import Paint
from cli.manifests.files import STDIN, File
from cli.mending.files import mended

STYLES = {"-": "removed", "+": "added", "@": "quiet"}


def fixed(report: Report, files: Sequence[File]) -> list[File]:
    """The files as they are mended. Each that differs is written; the one from standard input goes to standard output."""
    after = list(_mended(report, files))
    for old, new in zip(files, after, strict=True):
        if new.name == STDIN:
            sys.stdout.write(new.text)
        elif new.text != old.text:
            with Path(new.name).open("w", encoding="utf-8", newline="") as stream:
                stream.write(new.text)
    return after


def diff(report: Report, files: Sequence[File], paint: Paint) -> str:
    """What `fixed` would change, as a patch."""
    return "".join(line for old, new in zip(files, _mended(report, files), strict=True) for line in _changes(old, new, paint))


def _mended(report: Report, files: Sequence[File]) -> Iterator[File]:
    for file in files:
        text, problems = mended(file, [one for one in report.judged if one.file == file.name])
        render.tell(tuple(problems), {})
        yield File(file.name, text)


def _changes(old: File, new: File, paint: Paint) -> Iterator[str]:
    before, after = old.text.splitlines(keepends=True), new.text.splitlines(keepends=True)
    for line in difflib.unified_diff(before, after, old.name, new.name):
        whole = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        yield paint(STYLES[whole[0]], whole) if whole[0] in STYLES else whole
