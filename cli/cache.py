"""Where the command keeps what it need not make again at its next start: `$XDG_CACHE_HOME/autonomy`, or below `~/.cache`."""

import os
import zlib
from pathlib import Path

import guidance
from guidance.expressions.engine import engine
from guidance.memo import memo

GUIDANCE = Path(guidance.__path__[0])
FOLDERS = ("documents", "expressions", "expressions/functions", "judging", "manifests", "policies")
DECIDING = ("memo.py", *(f"{folder}/*.py" for folder in FOLDERS))
"""What decides a verdict, and with it all that is kept."""


def remember() -> None:
    """Opens the memo of this version of the product. Nothing is kept where there is no home."""
    home = os.environ.get("HOME")
    folder = os.environ.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
    if folder:
        memo.open(Path(folder) / "autonomy" / f"{version():08x}.memo")


def version() -> int:
    """Another one when any of the files changes."""
    parts = [(str(file), stat.st_mtime_ns, stat.st_size) for file in sources() for stat in [file.stat()]]
    return zlib.crc32(repr(parts).encode())


def sources() -> list[Path]:
    """The files that decide a verdict: the engine's and ours."""
    return [Path(engine.__file__), *sorted(file for pattern in DECIDING for file in GUIDANCE.glob(pattern))]
