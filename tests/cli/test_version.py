"""The installed command."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

COMMAND = Path(sys.executable).parent / "autonomy"


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=30)


def test_it_tells_its_version() -> None:
    done = run("version")

    assert (done.returncode, done.stdout) == (0, f"autonomy {version('developer-autonomy-framework')}\n")


def test_an_unknown_command_is_wrong_usage_and_names_the_known_ones() -> None:
    done = run("dance")

    assert done.returncode == 2
    assert "version" in done.stderr


def test_it_loads_no_django() -> None:
    code = "import sys, cli.main; cli.main.main(['version']); assert 'django' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=30)
