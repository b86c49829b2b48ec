"""Where reports and manifests come from and go to may be closed, full, or know few characters: 1 means violations all the same."""

import json
import os
import resource
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from cli.check import parallel
from tests.cli.conftest import POD, Check, Write
from tests.cli.test_command import COMMAND

HOST_NETWORK = [COMMAND, "check", "--pack", "pss-baseline", "pod.yaml"]


def shell(folder: Path, command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    (folder / "pod.yaml").write_text(POD.replace("nginx", "ngïnx"))
    every = {**os.environ, **environment}
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60, cwd=folder, env=every)


@pytest.mark.parametrize("command", ["check --pack pss-baseline pod.yaml", "check -o json pod.yaml", "policies list"])
def test_a_full_disk_is_told(tmp_path: Path, command: str) -> None:
    done = shell(tmp_path, f"'{COMMAND}' {command} > /dev/full")

    assert (done.returncode, done.stderr) == (2, "error: cannot go on: No space left on device\n")


def test_a_full_disk_for_errors_is_no_violation(tmp_path: Path) -> None:
    assert shell(tmp_path, f"'{COMMAND}' check nothing.yaml 2> /dev/full").returncode == 2


@pytest.mark.parametrize(("closed", "code", "told"), [(">&-", 1, ""), ("2>&-", 1, ""), (">&- 2>&- <&-", 1, "")])
def test_what_is_closed_takes_everything(tmp_path: Path, closed: str, code: int, told: str) -> None:
    done = shell(tmp_path, f"'{COMMAND}' check --pack pss-baseline pod.yaml {closed}")

    assert (done.returncode, done.stderr) == (code, told)


def test_a_closed_standard_input_cannot_be_read(tmp_path: Path) -> None:
    done = shell(tmp_path, f"'{COMMAND}' check - <&-")

    assert (done.returncode, done.stderr) == (2, "error: -:1:1: cannot be read: it is closed\n")


@pytest.mark.parametrize("output", ["text", "json", "junit"])
def test_reports_are_utf_8_whatever_the_locale(tmp_path: Path, output: str) -> None:
    command = f"'{COMMAND}' check --pack best-practices --fail-on advisory -o {output} pod.yaml"
    few = shell(tmp_path, command, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii")

    assert (few.returncode, few.stderr) == (1, "")
    assert few.stdout == shell(tmp_path, command).stdout
    assert "ngïnx" in few.stdout


def test_a_name_that_is_no_text_is_told_with_escapes(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    Path(os.fsdecode(folder + b"/pod\xff.yaml")).write_text(POD)

    def told(output: str) -> str:
        done = shell(tmp_path, f"'{COMMAND}' check --pack pss-baseline -o {output} pod?.yaml")
        assert (done.returncode, done.stderr) == (1, "")
        return done.stdout

    assert "pod\\udcff.yaml:7:16" in told("text")
    assert json.loads(told("json"))["results"][0]["file"] == "pod\udcff.yaml"
    assert '"uri": "pod%FF.yaml"' in told("sarif")
    assert [suite.get("name") for suite in ET.fromstring(told("junit"))] == ["pod\\udcff.yaml"]


def test_a_file_that_cannot_be_written_stays_as_it_was_and_the_others_are_mended(tmp_path: Path) -> None:
    """The disk is full from 3,000 bytes on."""
    small, large = POD, POD + f"# {'x' * 2_800}\n"
    (tmp_path / "a.yaml").write_text(large)
    (tmp_path / "b.yaml").write_text(small)

    done = subprocess.run(
        [COMMAND, "check", "--pack", "pss-restricted", "--fix", "a.yaml", "b.yaml"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=tmp_path,
        env={**os.environ, "XDG_CACHE_HOME": "/dev/null"},
    )

    assert done.returncode == 2
    assert done.stderr.startswith("error: a.yaml:1:1: cannot be written: File too large\n")
    assert (tmp_path / "a.yaml").read_text() == large
    assert "hostNetwork: false" in (tmp_path / "b.yaml").read_text()
    assert "2 objects in 2 files" in done.stdout
    assert "--> a.yaml:7:16" in done.stdout


def test_a_fix_writes_into_the_file_itself(check: Check, write: Write, policies: str, tmp_path: Path) -> None:
    """Links to it, its owner and its rights stay."""
    file = write("real.yaml", POD)
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    file.chmod(0o640)
    before = file.stat()

    check("--policy", policies, "--fix", "link.yaml")

    after = file.stat()
    assert "hostNetwork: false" in file.read_text()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert (tmp_path / "link.yaml").is_symlink()


def test_a_process_that_is_killed_is_told_and_not_waited_for(
    check: Check, write: Write, policies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the kernel does when there is too little memory."""
    monkeypatch.setattr(parallel, "WORTH_IT", 1)
    monkeypatch.setattr(parallel, "_cores", lambda: 2)
    monkeypatch.setattr(parallel, "_batch", _killed)
    write("pods.yaml", f"{POD}---\n{POD}")

    done = check("--policy", policies, "pods.yaml")

    assert (done.code, done.out) == (2, "")
    assert done.err == "error: one of 2 processes was ended from outside: is there too little memory for them?\n"


def _killed(some: slice) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_fault_of_the_command_itself_is_no_violation(
    monkeypatch: pytest.MonkeyPatch, check: Check, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cli.check.command", None)

    assert check("pod.yaml").code == 2
