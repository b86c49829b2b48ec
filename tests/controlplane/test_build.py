"""Building the control plane: what happens without Go, and where the programs are looked for."""

import sysconfig
from pathlib import Path

import pytest

from devstack.controlplane.binaries import PROGRAMS, binaries
from devstack.controlplane.build import BuildFailed, find_go, version


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    return cache


def put_programs(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch(mode=0o755)


def test_a_missing_go_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))

    with pytest.raises(BuildFailed, match=r"^Go is needed to build it: [^\n]+$"):
        find_go()


def test_go_beside_python_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_programs(tmp_path, "go")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))

    assert find_go() == str(tmp_path / "go")


def test_there_are_no_programs_before_they_are_built(empty_cache: Path) -> None:
    assert binaries() is None


def test_assets_with_every_program_are_used_as_they_are(empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_programs(tmp_path / "assets", *PROGRAMS)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path / "assets"))

    assert binaries() == tmp_path / "assets"


def test_assets_without_kwok_are_not_enough(empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_programs(tmp_path / "assets", *(name for name in PROGRAMS if name != "kwok"))
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path / "assets"))

    assert binaries() is None


def test_the_version_is_the_one_in_go_mod() -> None:
    assert version() == "v1.34.4"
