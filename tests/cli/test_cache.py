"""What the command keeps goes with the code that made it."""

import os
import shutil
from pathlib import Path

import grimp
import pytest

from cli import cache


def file_of(module: str) -> Path:
    path = cache.GUIDANCE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def test_everything_that_a_verdict_comes_from_makes_the_version() -> None:
    imports = grimp.build_graph("guidance", cache_dir=None)  # also those inside of functions
    judging = {"guidance.judging.results", "guidance.policies.packs"}
    modules = judging.union(*(imports.find_upstream_modules(module) for module in judging))

    assert {"guidance.expressions.interpreter", "guidance.expressions.growth", "guidance.expressions.functions.regex"} < modules
    assert {file_of(module) for module in modules} <= set(cache.sources())


def test_another_version_when_any_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "guidance"
    shutil.copytree(cache.GUIDANCE, copy, ignore=shutil.ignore_patterns("packs", "__pycache__"))
    monkeypatch.setattr(cache, "GUIDANCE", copy)
    versions = [cache.version()]
    for file in cache.sources()[1:]:
        os.utime(file, ns=(1, 1))
        versions.append(cache.version())

    assert len(versions) > 50
    assert len(set(versions)) == len(versions)
    assert versions[-1] == cache.version()
