"""Ends what a supervisor leaves behind when it dies without a word (SIGKILL).

It is a process of its own, in a session of its own, and reads from a pipe which families exist: `+ PID SIGNAL PATIENCE` or `- PID`.
The kernel closes the pipe whatever the supervisor dies of; what is on the list then is ended, the last one first. Where the supervisor
ended them itself, the list is empty.
"""

import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from devstack.families import end_family

DEAF_TO = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Guardian:
    """The supervisor's end of the pipe. `holding` are file descriptors (of locks) that stay open until everything has ended."""

    def __init__(self, *, holding: Sequence[int] = ()) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "devstack.guardian"],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            bufsize=1,
            pass_fds=holding,
            start_new_session=True,
        )

    def watch(self, pid: int, stop: signal.Signals, *, patience: float) -> None:
        self._say(f"+ {pid} {stop.value} {patience}")

    def forget(self, pid: int) -> None:
        self._say(f"- {pid}")

    def dismiss(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        if self._process.stdin is None or self._process.poll() is not None:
            return
        self._process.stdin.write(line + "\n")


@dataclass(frozen=True)
class Ward:
    process: psutil.Process
    stop: signal.Signals
    patience: float

    def ended(self) -> bool:
        try:
            return self.process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True


def wards_left_in(lines: Iterable[str]) -> list[Ward]:
    """Read to the end, and return who was announced and not taken off the list, oldest first."""
    wards: dict[int, Ward] = {}
    for line in lines:
        sign, pid, *rest = line.split()
        if sign == "-":
            wards.pop(int(pid), None)
        elif psutil.pid_exists(int(pid)):
            wards[int(pid)] = Ward(psutil.Process(int(pid)), signal.Signals(int(rest[0])), float(rest[1]))
    return list(wards.values())


def main() -> None:
    for number in DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    for ward in reversed(wards_left_in(sys.stdin)):
        end_family(ward.process.pid, ward.stop, patience=ward.patience, ended=ward.ended)


if __name__ == "__main__":
    main()
