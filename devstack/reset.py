"""`make reset`: throw a data directory away. Standard library only: it works without an environment."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from devstack import lock


def reset(directory: Path) -> str:
    """What happened, in one line; SystemExit where nothing may be removed."""
    if not directory.exists():
        return f"There is no {directory}: nothing to throw away."
    if not (directory / lock.NAME).exists():
        raise SystemExit(f"{directory} was not made by `make up`: not removed.")
    try:
        with lock.hold(directory):
            shutil.rmtree(directory)
    except lock.InUse:
        raise SystemExit(f"`make up` is running on {directory}: stop it first (Ctrl-C), then reset.") from None
    return f"{directory} is gone; the next `make up` starts anew."


if __name__ == "__main__":
    print(reset(Path(sys.argv[1])))
