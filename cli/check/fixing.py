"""`--fix` writes the mended documents, `--diff` shows them."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from cli.check import render
from cli.check.report import Report, Rewritten
from cli.colours import Paint
from cli.manifests.files import STDIN, File
from cli.mending.files import mended, unmended
from cli.mending.patching import unified
from guidance.documents.source import Problem

STYLES = {"-": "removed", "+": "added", "@": "quiet"}


def fixed(report: Report, files: Sequence[File]) -> list[File | Problem]:
    """The files as they are now, mended. Each that differs is written; the one from standard input goes to standard output.

    One that cannot be written is a Problem and stays as it was.
    """
    rewritten, after = _by_file(report), list[File | Problem]()
    for old in files:
        new = mended(old, rewritten[old.name])
        if new.name == STDIN:
            sys.stdout.flush()
            sys.stdout.buffer.write(new.content)
        elif new.text != old.text and (problem := _saved(old, new)):
            after += [problem, old]
            continue
        render.tell(tuple(unmended(new, rewritten[new.name])), {})
        after.append(new)
    return after


def _saved(old: File, new: File) -> Problem | None:
    """A disk that is full of the first half of the new text has room for the old one."""
    try:
        _write(new)
    except OSError as error:
        with suppress(OSError):
            _write(old)
        return Problem(new.name, 1, 1, f"cannot be written: {error.strerror}")
    return None


def _write(file: File) -> None:
    """Over what is there, and not anew: the file stays the same one, and keeps its place on the disk."""
    with Path(file.name).open("r+b") as stream:
        stream.write(file.content)
        stream.truncate()


def diff(report: Report, files: Sequence[File], paint: Paint) -> str:
    """What `fixed` would change, as a patch."""
    rewritten, lines = _by_file(report), list[str]()
    for file in files:
        lines += _changes(file, mended(file, rewritten[file.name]), paint)
        render.tell(tuple(unmended(file, rewritten[file.name])), {})
    return "".join(lines)


def _by_file(report: Report) -> dict[str, list[Rewritten]]:
    found: dict[str, list[Rewritten]] = defaultdict(list)
    for one in report.rewritten:
        found[one.file].append(one)
    return found


def _changes(old: File, new: File, paint: Paint) -> Iterator[str]:
    for line in unified(_lines(old), _lines(new), old.name):
        whole = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        yield paint(STYLES[whole[0]], whole) if whole[0] in STYLES else whole


def _lines(file: File) -> list[str]:
    """As other tools count them: other characters than this one end no line."""
    *lines, rest = (file.mark + file.text).split("\n")
    return [*(f"{line}\n" for line in lines), *([rest] if rest else [])]
