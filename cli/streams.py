"""Standard output and standard error, whatever they lead to."""

import io
import os
import sys
from contextlib import suppress


def prepare() -> None:
    """Reports are UTF-8 everywhere; names of files that are no text are written as escapes. What is closed takes everything."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 as long as the process lasts
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def drop() -> None:
    """Nobody takes what is left: Python would complain about it at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # it is no file
            os.dup2(nowhere, stream.fileno())


def refuse(message: str) -> None:
    """The last words, where anybody can hear them."""
    with suppress(OSError):
        print(f"error: {message}", file=sys.stderr, flush=True)
    drop()
