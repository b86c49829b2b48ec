"""Processes are started, watched and ended, and none is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devstack.processes import Failure, Processes, Program, Stopped, Switch
from tests.devstack.fakes import DEAF, FOREVER, WITH_CHILD_IN_ANOTHER_SESSION, eventually, program, runs, tells_its_end


def test_they_are_ended_in_reverse_order(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        for name in ("database", "broker", "web"):
            processes.start(tells_its_end(name, tmp_path / "diary"))
        processes.wait_ready("database", "broker", "web")

    assert (tmp_path / "diary").read_text().split() == ["web", "broker", "database"]


def test_each_has_a_pid_file_while_it_runs_and_a_log_that_stays(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start(program("web", FOREVER))
        processes.wait_ready("web")
        pid = int((tmp_path / "pids" / "web.pid").read_text())
        assert runs(pid)
        assert pid == processes.pid("web")

    assert not runs(pid)
    assert list((tmp_path / "pids").iterdir()) == []
    assert (tmp_path / "logs" / "web.log").read_text() == "here\n"


def test_one_that_ignores_the_signal_is_killed_with_its_children_in_other_sessions(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start(program("deaf", WITH_CHILD_IN_ANOTHER_SESSION, tmp_path / "child", patience=0.2))
        processes.wait_ready("deaf")
        family = [processes.pid("deaf"), int((tmp_path / "child").read_text())]
        assert all(runs(pid) for pid in family)

    assert not any(runs(pid) for pid in family)


def test_a_crash_is_told_in_one_line_with_the_last_words_and_the_log(tmp_path: Path) -> None:
    code = "import sys\nprint('here', flush=True)\nopen(sys.argv[1]).read()\nraise RuntimeError('no such queue')"
    os.mkfifo(tmp_path / "now")
    with Processes(tmp_path) as processes:
        processes.start(program("worker", code, tmp_path / "now"))
        processes.wait_ready("worker")
        processes.check()
        (tmp_path / "now").write_text("crash")
        with pytest.raises(Failure) as failure:
            processes.watch(0.02)

    assert str(failure.value) == f"worker ended with exit code 1: RuntimeError: no such queue (all of it: {tmp_path}/logs/worker.log)"


def test_what_is_killed_from_outside_is_told_by_its_signal(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start(program("web", FOREVER))
        processes.wait_ready("web")
        processes.kill("web", signal.SIGTERM)
        with pytest.raises(Failure, match=r"^web ended by SIGTERM: here "):
            processes.watch(0.02)


def test_one_that_ends_before_it_is_ready_is_not_waited_for(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start(program("web", "raise SystemExit(3)"))
        with pytest.raises(Failure, match=r"^web ended with exit code 3: it said nothing "):
            processes.wait_ready("web")


def test_one_that_is_never_ready_is_waited_for_within_a_bound(tmp_path: Path) -> None:
    never = Program("web", [sys.executable, "-c", FOREVER], ready=lambda: False, starts_within=0.2)
    with Processes(tmp_path) as processes:
        processes.start(never)
        with pytest.raises(Failure, match=r"^web is not there after 0 s; its log may tell why: "):
            processes.wait_ready("web")


def test_a_command_that_does_not_exist_is_told_in_one_line(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes, pytest.raises(Failure, match=r"^web cannot be started: .*no-such-program"):
        processes.start(Program("web", ["no-such-program"]))


def test_waiting_ends_when_somebody_asks_to_stop(tmp_path: Path) -> None:
    switch = Switch()

    def never_but_asks_to_stop() -> bool:
        switch.stop = True
        return False

    with Processes(tmp_path, switch=switch) as processes:
        processes.start(Program("web", [sys.executable, "-c", FOREVER], ready=never_but_asks_to_stop))
        with pytest.raises(Stopped):
            processes.wait_ready("web")


def test_a_killed_one_is_not_missed_and_can_be_started_again(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start(program("worker", DEAF))
        processes.wait_ready("worker")
        first = processes.pid("worker")
        processes.kill("worker")
        assert not runs(first)
        processes.check()

        processes.start(program("worker", DEAF, patience=0.1))
        processes.wait_ready("worker")
        assert processes.pid("worker") != first


def test_a_command_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes, pytest.raises(Failure, match=r"^migrate ended with exit code 1: no such table "):
        processes.run(Program("migrate", [sys.executable, "-c", "raise SystemExit('no such table')"]))


SUPERVISOR = """
import sys, time
from pathlib import Path
from devstack.processes import Processes
from tests.devstack.fakes import DEAF, FOREVER, WITH_CHILD_IN_ANOTHER_SESSION, program

directory = Path(sys.argv[1])
with Processes(directory) as processes:
    processes.start(program("polite", FOREVER))
    processes.start(program("deaf", WITH_CHILD_IN_ANOTHER_SESSION, directory / "child", patience=0.2))
    processes.wait_ready("polite", "deaf")
    print("up", flush=True)
    time.sleep(600)
"""


def test_nothing_is_left_behind_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR, tmp_path], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == b"up\n"
    family = [int(file.read_text()) for file in (tmp_path / "pids" / "polite.pid", tmp_path / "pids" / "deaf.pid", tmp_path / "child")]
    assert all(runs(pid) for pid in family)

    supervisor.kill()
    supervisor.communicate()

    eventually(lambda: not any(runs(pid) for pid in family))
