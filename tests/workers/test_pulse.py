"""The file that tells a health check, by its age, whether a process goes round: real processes on a real broker and database."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
CELERY = ("-m", "celery", "-A", "workers.celery")
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")
PROCESSES = {
    "worker": (*CELERY, "worker", "-Q", "pulse-test", "--pool", "threads", "-c", "1", *QUIET),
    "beat": (*CELERY, "beat", "--pidfile="),
    "watcher": ("manage.py", "watch"),
}


@contextmanager
def running(name: str, pulse: Path, **variables: str) -> Iterator[Path]:
    """Yields its log."""
    log = pulse.with_name("log")
    environment = os.environ | {"PULSE_FILE": str(pulse)} | variables
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, *PROCESSES[name]], cwd=REPOSITORY, env=environment, stdout=output, stderr=output)
    try:
        yield log
    finally:
        process.kill()
        process.wait()


def comes(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


@pytest.mark.parametrize("name", PROCESSES)
def test_each_process_beats_again_and_again(name: str, own_database: str, redis_url: str, tmp_path: Path) -> None:
    pulse = tmp_path / "pulse"
    with running(name, pulse):
        assert comes(pulse.exists)
        pulse.unlink()
        assert comes(pulse.exists)


@pytest.mark.parametrize(
    ("name", "without", "says"),
    [
        ("worker", {"REDIS_URL": "redis://127.0.0.1:9/0"}, "Cannot connect to redis"),
        ("beat", {"REDIS_URL": "redis://127.0.0.1:9/0"}, "beat: Connection error"),
        ("watcher", {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}, "the database does not answer"),
    ],
)
def test_a_process_without_what_it_needs_has_no_pulse(name: str, without: dict[str, str], says: str, tmp_path: Path) -> None:
    pulse = tmp_path / "pulse"
    with running(name, pulse, **without) as log:
        assert comes(lambda: log.read_text().count(says) > 1)

        assert not pulse.exists()
