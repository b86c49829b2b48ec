"""What was done before is not done again, unless the product's sources changed."""

from pathlib import Path

import pytest

from devstack import demo_env, freshness
from devstack.stack import Options, Stack


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository" / "shop" / "migrations"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "0001_initial.py").write_text("first")
    monkeypatch.setattr(freshness, "REPOSITORY", tmp_path / "repository")
    return folder


def needed(stamp: Path, *depends_on: str) -> bool:
    with freshness.unless_done(stamp, *depends_on) as needed:
        return needed


def test_it_is_needed_once(tmp_path: Path, sources: Path) -> None:
    assert needed(tmp_path / "stamp", "sandbox")
    assert not needed(tmp_path / "stamp", "sandbox")


def test_it_is_needed_again_when_a_source_changes_appears_or_goes(tmp_path: Path, sources: Path) -> None:
    assert needed(tmp_path / "stamp")
    (sources / "0001_initial.py").write_text("changed")
    assert needed(tmp_path / "stamp")
    (sources / "0002_more.py").touch()
    assert needed(tmp_path / "stamp")
    (sources / "0002_more.py").unlink()
    assert needed(tmp_path / "stamp")


def test_it_is_needed_again_when_what_it_depends_on_is_another(tmp_path: Path, sources: Path) -> None:
    assert needed(tmp_path / "stamp", "sandbox")
    assert needed(tmp_path / "stamp", "control-plane")


def test_work_that_failed_is_needed_again(tmp_path: Path, sources: Path) -> None:
    with pytest.raises(ZeroDivisionError), freshness.unless_done(tmp_path / "stamp"):
        raise ZeroDivisionError

    assert needed(tmp_path / "stamp")


def test_the_demo_is_seeded_once_and_again_for_who_has_lost_its_tokens(
    tmp_path: Path, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded: list[str] = []

    def seed(stack: Stack, name: str, *_: str) -> None:
        seeded.append(name)
        demo_env.update(stack.demo_file, {"ALICE_TOKEN": "daf_1"})

    monkeypatch.setattr(Stack, "_run", seed)
    with Stack(Options(tmp_path / "data")) as stack:
        stack._seed()
        stack._seed()
        assert seeded == ["seed"]

        stack.demo_file.unlink()
        stack._seed()
        assert seeded == ["seed", "seed"]
