"""What takes long to make of what ships, kept from one start of the command line to the next.

Everything is kept under the whole text that it was made of, so nothing in it can be out of date. Who opens no memo gets everything made.
"""

import marshal
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

MOST = 2000
"""Things kept; beyond them, only those of the last start are."""
Made = TypeVar("Made")
Kept = dict[tuple[str, str], Any]


class Memo:
    """Closed at first; who opens it closes it."""

    def __init__(self) -> None:
        self._file: Path | None = None
        self._kept: Kept = {}
        self._used: Kept = {}

    def open(self, file: Path) -> None:
        """Whatever is wrong with the file, it is as if there were none."""
        self._file, self._kept, self._used = file, _read(file), {}

    def of(self, kind: str, text: str, make: Callable[[str], Made]) -> Made:
        """What `make` gives for the text: values of Python's own types."""
        if self._file is None:
            return make(text)
        key = (kind, text)
        found: Made = self._kept[key] if key in self._kept else make(text)
        self._used[key] = found
        return found

    def close(self) -> None:
        """Writes what is new. A folder that cannot be written is no fault."""
        file, kept, used = self._file, self._kept, self._used
        self._file = None
        if file is None or used.keys() <= kept.keys():
            return
        content = marshal.dumps({**kept, **used} if len(kept) + len(used) < MOST else used)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh = file.with_suffix(".new")
            fresh.write_bytes(zlib.crc32(content).to_bytes(4, "big") + content)
            fresh.replace(file)
        except OSError:
            return


def _read(file: Path) -> Kept:
    try:
        content = file.read_bytes()
        is_whole = zlib.crc32(content[4:]) == int.from_bytes(content[:4], "big")
        kept: Kept = marshal.loads(content[4:]) if is_whole else {}  # noqa: S302 as with Python's own .pyc, only its user writes there
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return kept


memo = Memo()
