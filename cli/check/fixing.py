"""`--fix` writes the mended documents, `--diff` shows them."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from cli.check import render
from cli.check.report import Report, Rewritten
from cli.colours import Paint
from cli.manifests.files import STDIN, File
from cli.mending.files import mended, unmended
from cli.mending.patching import unified

STYLES = {"-": "removed", "+": "added", "@": "quiet"}


def fixed(report: Report, files: Sequence[File]) -> list[File]:
    """The files as they are mended. Each that differs is written; the one from standard input goes to standard output."""
    rewritten = _by_file(report)
    after = [mended(file, rewritten[file.name]) for file in files]
    for old, new in zip(files, after, strict=True):
        if new.name == STDIN:
            sys.stdout.flush()
            sys.stdout.buffer.write(new.content)
        elif new.text != old.text:
            Path(new.name).write_bytes(new.content)
        render.tell(tuple(unmended(new, rewritten[new.name])), {})
    return after


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
