"""Ending a process with everything that descends from it."""

import os
import signal
import time
from collections.abc import Callable

import psutil

POLL = 0.02


def end_family(leader: int, stop: signal.Signals, *, patience: float, ended: Callable[[], bool]) -> None:
    """Ask the leader of a process group to stop, and wait up to `patience` seconds until it `ended`.

    Whatever is left of its family then is killed.
    """
    family = descendants(leader)
    send(leader, stop)
    deadline = time.monotonic() + patience
    while not ended() and time.monotonic() < deadline:
        time.sleep(POLL)
    kill_group(leader)
    for process in {*family, *descendants(leader)}:
        kill(process)
    while not ended():
        time.sleep(POLL)


def descendants(leader: int) -> list[psutil.Process]:
    """Children and children's children, those that made a session of their own included."""
    try:
        return psutil.Process(leader).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def send(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


def kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS answers the latter for a group of zombies
        return


def kill(process: psutil.Process) -> None:
    try:
        process.kill()  # looks at the start time first: never somebody else who got the number since
    except psutil.NoSuchProcess:
        return
