"""The installed command, as a process."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD_POD, POD

COMMAND = Path(sys.executable).parent / "autonomy"


def run(*arguments: str, stdin: str = "", folder: Path | None = None, **environment: str) -> "subprocess.CompletedProcess[str]":
    every = {**os.environ, **environment}
    return subprocess.run(
        [COMMAND, *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=60, env=every, cwd=folder
    )


def test_it_tells_its_version() -> None:
    done = run("version")

    assert (done.returncode, done.stdout) == (0, f"autonomy {version('developer-autonomy-framework')}\n")


def test_an_unknown_command_is_wrong_usage_and_names_the_known_ones() -> None:
    done = run("dance")

    assert done.returncode == 2
    assert "version" in done.stderr


def test_its_help_tells_the_exit_codes() -> None:
    done = run("check", "--help")

    assert done.returncode == 0
    assert "2  something could not be judged: bad input, a bad policy, wrong usage" in done.stdout


@pytest.mark.parametrize("pod", [GOOD_POD, POD], ids=["good", "bad"])
def test_a_check_loads_neither_django_nor_what_takes_long(pod: str) -> None:
    heavy = {"django", "pydantic", "urllib.request", "multiprocessing", "difflib", "traceback", "guidance.expressions.interpreter"}
    code = f"import sys, cli.main; cli.main.main(['check', '-']); print(sorted(sys.modules.keys() & {heavy}))"
    done = subprocess.run([sys.executable, "-c", code], input=pod, capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.splitlines()[-1] == "[]"


def test_it_judges_standard_input() -> None:
    done = run("check", "-", "--pack", "pss-baseline", "-o", "json", stdin=POD)

    failed = [one["policy"] for one in json.loads(done.stdout)["results"] if one["result"] == "fail"]
    assert (done.returncode, failed, done.stderr) == (1, ["pss-host-namespaces"], "")


def test_many_documents_are_judged_by_several_processes_with_the_same_answer(tmp_path: Path) -> None:
    pods = [(POD if number % 7 else GOOD_POD).replace("name: api", f"name: api-{number}") for number in range(1600)]
    (tmp_path / "many.yaml").write_text("---\n".join(pods))
    (tmp_path / "few.yaml").write_text("---\n".join(pods[:40]))

    many = run("check", "--pack", "pss-baseline", "-o", "json", "many.yaml", folder=tmp_path)
    few = run("check", "--pack", "pss-baseline", "-o", "json", "few.yaml", folder=tmp_path)

    results = json.loads(many.stdout)["results"]
    expected = json.loads(few.stdout)["results"]
    assert (many.returncode, many.stderr) == (1, "")
    assert list(dict.fromkeys(one["document"] for one in results)) == list(range(1, 1601))
    assert [{**one, "file": "few.yaml"} for one in results[: len(expected)]] == expected


def test_who_stops_reading_ends_it_quietly(tmp_path: Path) -> None:
    (tmp_path / "pods.yaml").write_text("---\n".join([POD] * 300))
    shell = f"'{COMMAND}' check --pack pss-baseline pods.yaml | head -1"

    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True, timeout=60, cwd=tmp_path)

    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_no_colours_go_into_a_pipe() -> None:
    done = run("check", "-", "--pack", "pss-baseline", stdin=POD, TERM="xterm")

    assert "\x1b" not in done.stdout
