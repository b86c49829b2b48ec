"""Tiny programs to supervise."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from devstack.processes import Program

FOREVER = "import time\nprint('here', flush=True)\nwhile True: time.sleep(60)"
DEAF = f"import signal\nfor number in (signal.SIGTERM, signal.SIGINT): signal.signal(number, signal.SIG_IGN)\n{FOREVER}"
WITH_CHILD_IN_ANOTHER_SESSION = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {FOREVER!r}], start_new_session=True)
open(sys.argv[1], "w").write(str(child.pid))
{DEAF}
"""


def program(name: str, code: str, *arguments: str | Path, patience: float = 5) -> Program:
    """A program that has started as soon as it said 'here'."""
    return Program(name, [sys.executable, "-c", code, *arguments], says="here", patience=patience, starts_within=20)


def tells_its_end(name: str, diary: Path) -> Program:
    """Adds its name to the diary when it is told to stop."""
    code = (
        "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: (open(sys.argv[2], 'a').write(sys.argv[1] + '\\n'), sys.exit(0)))\n"
    )
    return program(name, code + FOREVER, name, diary)


def runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def eventually(condition: Callable[[], bool], within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not so after {within} s")
        time.sleep(0.02)
