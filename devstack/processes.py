"""Supervision: start programs, see when they are ready or have crashed, end them in reverse order, leave none behind."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from devstack.families import POLL, end_family, kill_group
from devstack.guardian import Guardian

REPOSITORY = Path(__file__).parent.parent


class Failure(Exception):
    """Why the stack does not run, in one line that says what to do."""


class Stopped(Exception):
    """Somebody asked to stop while something was waited for."""


class Switch:
    """On until somebody asks to stop. A plain flag: an Event's lock, set from a signal handler, could wait for itself."""

    def __init__(self) -> None:
        self.stop = False

    def off(self, _number: int, _frame: FrameType | None) -> None:
        """A signal handler."""
        self.stop = True


@dataclass(frozen=True)
class Program:
    """A process of the stack. It has started once its log has the words `says` and `ready` answers yes, within `starts_within` seconds."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    says: str = ""
    ready: Callable[[], bool] | None = None
    starts_within: float = 60
    stop: signal.Signals = signal.SIGTERM
    patience: float = 10
    """Seconds after the stop signal until SIGKILL."""


@dataclass(frozen=True)
class Running:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path
    log_start: int

    def ended(self) -> bool:
        return self.process.poll() is not None

    def started(self) -> bool:
        said = not self.program.says or self.program.says in self.output()
        return said and (self.program.ready is None or self.program.ready())

    def started_or_ended(self) -> bool:
        return self.ended() or self.started()

    def output(self) -> str:
        return self.log.read_bytes()[self.log_start :].decode(errors="replace")

    def obituary(self) -> str:
        """How it ended and its last words, in one line."""
        last = next((line.strip() for line in reversed(self.output().splitlines()) if line.strip()), "it said nothing")
        return f"{self.program.name} ended {_how(self.process.returncode)}: {last} (all of it: {self.log})"


class Processes:
    """The processes of one stack: a log file `logs/NAME.log` and a pid file `pids/NAME.pid` for each. Leaving the block ends them all.

    The switch ends whatever waiting goes on with Stopped: a signal handler that raised by itself could do so between the start of a
    process and the note that it runs.
    """

    def __init__(self, directory: Path, *, switch: Switch | None = None, holding: Sequence[int] = ()) -> None:
        self._logs, self._pids = directory / "logs", directory / "pids"
        for folder in (self._logs, self._pids):
            folder.mkdir(parents=True, exist_ok=True)
        self._running: dict[str, Running] = {}
        self._switch = switch or Switch()
        self._guardian = Guardian(holding=holding)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop_all()
        self._guardian.dismiss()

    def start(self, program: Program) -> None:
        """Start it without waiting. Raises Failure where its command does not exist."""
        log = self._logs / f"{program.name}.log"
        with log.open("ab") as output:
            begins = output.tell()  # before it runs: what it writes moves the same position
            process = self._spawn(program, output.fileno())
            self._guardian.watch(process.pid, program.stop, patience=program.patience)
            self._running[program.name] = Running(program, process, log, begins)
        self._pid_file(program.name).write_text(f"{process.pid}\n")

    def wait_ready(self, *names: str) -> None:
        """Wait until they are ready. Raises Failure when one ends first or takes too long."""
        for name in names:
            running = self._running[name]
            self._wait(running, running.started_or_ended)
            self._fail_if_ended(running)

    def run(self, program: Program) -> None:
        """Run it to its end. Raises Failure unless it exits with 0 within `starts_within` seconds."""
        self.start(program)
        running = self._running[program.name]
        try:
            self._wait(running, running.ended)
        finally:
            self.stop(program.name)
        if running.process.returncode:
            raise Failure(running.obituary())

    def check(self) -> None:
        """Raises Failure when any of them has ended by itself."""
        for running in self._running.values():
            self._fail_if_ended(running)

    def watch(self, every: float = 0.2) -> None:
        """Check every so many seconds, until told to stop (Stopped) or one of them has ended by itself (Failure)."""
        while True:
            self._pause(every)
            self.check()

    def pid(self, name: str) -> int:
        return self._running[name].process.pid

    def kill(self, name: str, what: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal; SIGKILL goes to the whole family, is waited for, and the process is no longer expected to run."""
        running = self._running[name]
        if what != signal.SIGKILL:
            os.kill(running.process.pid, what)
            return
        kill_group(running.process.pid)
        self.stop(name)

    def stop(self, name: str) -> None:
        """End it and its family; returns when they have ended. Nothing happens when it does not run."""
        if (running := self._running.get(name)) is None:
            return
        end_family(running.process.pid, running.program.stop, patience=running.program.patience, ended=running.ended)
        self._guardian.forget(running.process.pid)
        self._pid_file(name).unlink(missing_ok=True)
        del self._running[name]

    def stop_all(self) -> None:
        for name in reversed(tuple(self._running)):
            self.stop(name)

    def _wait(self, running: Running, done: Callable[[], bool]) -> None:
        seconds = running.program.starts_within
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                raise Failure(f"{running.program.name} is not there after {seconds:.0f} s; its log may tell why: {running.log}")
            self._pause(POLL)

    def _pause(self, seconds: float) -> None:
        if not self._switch.stop:
            time.sleep(seconds)
        if self._switch.stop:
            raise Stopped

    def _pid_file(self, name: str) -> Path:
        return self._pids / f"{name}.pid"

    def _fail_if_ended(self, running: Running) -> None:
        if running.ended():
            raise Failure(running.obituary())

    def _spawn(self, program: Program, output: int) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                program.command,
                cwd=REPOSITORY,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends them in order
            )
        except OSError as error:
            raise Failure(f"{program.name} cannot be started: {error}") from error


def _how(code: int) -> str:
    return f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
