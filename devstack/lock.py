"""One stack for each data directory. Standard library only: `make reset` works without an environment."""

import fcntl
from pathlib import Path
from typing import IO

NAME = "lock"


class InUse(Exception):
    """A stack runs on this data directory, or is still being ended."""


def hold(directory: Path) -> IO[str]:
    """Take the directory, which must exist, until the returned file is closed here and in whoever inherited it. Raises InUse."""
    file = (directory / NAME).open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise InUse from None
    return file
