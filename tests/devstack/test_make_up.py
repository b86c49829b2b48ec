"""`make up` on the whole product: what it says, what it leaves, how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from devstack import demo_env
from devstack.addresses import free_port
from devstack.installation import PEOPLE
from devstack.welcome import IS_REFUSED
from tests.devstack.fakes import eventually

REPOSITORY = Path(__file__).parents[2]
PROCESSES = {"postgres", "redis", "cluster", "slack", "web", "worker", "notifier", "insights", "beat", "watcher"}
STARTS_WITHIN = 240
ENDS_WITHIN = 60


class Up:
    """`python -m devstack.up` as somebody's terminal sees it."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port, self.output = data, port, data.parent / "terminal"
        elsewhere = ("DATABASE_URL", "REDIS_URL", "SLACK_BOT_TOKEN", "CLUSTER")
        env = {name: value for name, value in os.environ.items() if name not in elsewhere}
        with self.output.open("w") as terminal:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "devstack.up"],
                cwd=REPOSITORY,
                env={**env, "DATA_DIR": str(data), "PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=terminal,
            )

    def wait_until_it_runs(self) -> None:
        eventually(lambda: "Ctrl-C stops everything" in self.said() or self.process.poll() is not None, STARTS_WITHIN)
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        return self.output.read_text()

    def pids(self) -> dict[str, int]:
        return {file.stem: int(file.read_text()) for file in (self.data / "pids").glob("*.pid")}

    def everything(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def send(self, what: signal.Signals) -> int:
        self.process.send_signal(what)
        return self.process.wait(ENDS_WITHIN)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Used by one start after the other."""
    return tmp_path_factory.mktemp("up") / "data"


@contextmanager
def running(data: Path) -> Iterator[Up]:
    up = Up(data, free_port())
    try:
        up.wait_until_it_runs()
        yield up
    finally:
        if up.process.poll() is None:
            up.send(signal.SIGTERM)


@pytest.fixture
def up(data: Path) -> Iterator[Up]:
    """For a test that ends it."""
    with running(data) as up:
        yield up


@pytest.fixture(scope="module")
def lasting_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """For tests that leave it as it is."""
    with running(tmp_path_factory.mktemp("lasting") / "data") as up:
        yield up


def gone(processes: list[psutil.Process]) -> Callable[[], bool]:
    return lambda: not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


def test_it_writes_what_is_needed_to_use_it(lasting_up: Up) -> None:
    demo = demo_env.read(lasting_up.data / "demo.env")

    assert demo["AUTONOMY_URL"] == f"http://127.0.0.1:{lasting_up.port}"
    assert {"SLACK_URL", "KUBE_URL", "KUBE_TOKEN", "DATABASE_URL", "REDIS_URL", "CI_PAYMENTS_TOKEN", "LEDGER_PUBLIC_KEY"} <= set(demo)
    assert {f"{name.upper()}_{word}" for name in PEOPLE for word in ("TOKEN", "PASSWORD")} <= set(demo)
    assert set(lasting_up.pids()) == PROCESSES
    assert httpx.get(f"{demo['AUTONOMY_URL']}/healthz").status_code == 200


@pytest.mark.parametrize(
    ("number", "status"),
    [(0, "queued|running|succeeded"), (1, "policy_failed"), (2, "submitted|awaiting_approval")],
    ids=["runs", "is refused", "waits"],
)
def test_the_commands_that_it_tells_to_copy_do_what_it_says(lasting_up: Up, number: int, status: str) -> None:
    answer = copied(lasting_up, number)

    request = answer if number != 1 else answer["request"]
    assert re.fullmatch(status, request["status"])


def test_what_is_refused_is_accepted_with_the_fixes_that_came_with_the_answer(lasting_up: Up) -> None:
    refused, demo = copied(lasting_up, 1), demo_env.read(lasting_up.data / "demo.env")
    body = {**IS_REFUSED, "parameters": {"manifest": refused["mended"]}}
    alice = {"Authorization": f"Bearer {demo['ALICE_TOKEN']}"}

    answer = httpx.post(f"{demo['AUTONOMY_URL']}/api/v1/requests/", json=body, headers=alice)

    assert {finding["policy"] for finding in refused["findings"]} == {"no-privileged", "requests-and-limits", "run-as-non-root"}
    assert None not in [finding["fix"] for finding in refused["findings"]]
    assert (answer.status_code, answer.json()["findings"]) == (202, [])


def copied(up: Up, number: int) -> dict[str, Any]:
    """What the command with this number answers to whoever copies it into a shell."""
    commands = re.findall(r"^  (curl .*\\\n.*)$", up.said(), re.MULTILINE)
    assert len(commands) == 3
    script = f"source {up.data}/demo.env; {commands[number]}"
    answer: dict[str, Any] = json.loads(subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout)
    return answer


def test_a_second_one_on_the_same_data_is_told_so_in_one_line(lasting_up: Up) -> None:
    env = {**os.environ, "DATA_DIR": str(lasting_up.data), "PORT": str(free_port())}

    done = subprocess.run([sys.executable, "-m", "devstack.up"], cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.strip() == f"make up: `make up` runs on {lasting_up.data} already, or is still stopping; DATA_DIR=... starts another"
    assert lasting_up.process.poll() is None


def test_ctrl_c_ends_all_of_it(up: Up) -> None:
    everything = up.everything()
    assert len(everything) > len(PROCESSES)

    assert up.send(signal.SIGINT) == 0

    assert gone(everything)()
    assert up.pids() == {}
    assert up.said().endswith("Stopping ...\nStopped.\n")


def test_the_next_start_finds_its_data_again_and_a_crash_then_ends_all_of_it_with_one_line(up: Up) -> None:
    demo, everything = demo_env.read(up.data / "demo.env"), up.everything()
    alice = {"Authorization": f"Bearer {demo['ALICE_TOKEN']}"}
    assert httpx.get(f"{demo['AUTONOMY_URL']}/api/v1/requests/", headers=alice).status_code == 200

    os.kill(up.pids()["watcher"], signal.SIGKILL)

    assert up.process.wait(ENDS_WITHIN) == 1
    last = up.said().strip().splitlines()[-1]
    assert last.startswith("make up: watcher ended by SIGKILL: ")
    assert last.endswith(f"(all of it: {up.data}/logs/watcher.log)")
    assert gone(everything)()


def test_nothing_is_left_behind_when_it_is_killed(up: Up) -> None:
    everything = up.everything()
    assert len(everything) > len(PROCESSES)

    assert up.send(signal.SIGKILL) == -signal.SIGKILL

    eventually(gone(everything), ENDS_WITHIN)
