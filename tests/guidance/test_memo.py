"""What was made once is kept for the next start, and nothing that is wrong with the file does harm."""

from pathlib import Path

import pytest

from guidance import memo as module
from guidance.memo import Memo


class Maker:
    """Makes things, and keeps of what."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, text: str) -> dict[str, object]:
        self.made.append(text)
        return {"text": text, "bytes": b"\0", "list": [1, None, True, 0.5]}


def use(file: Path, make: Maker, *texts: str) -> list[dict[str, object]]:
    """A start of a program that needs these."""
    memo = Memo()
    memo.open(file)
    found = [memo.of("kind", text, make) for text in texts]
    memo.close()
    return found


def test_what_was_made_is_not_made_again(tmp_path: Path) -> None:
    file, make = tmp_path / "folder" / "x.memo", Maker()

    first, again = use(file, make, "a", "b"), use(file, make, "b", "a", "c")

    assert make.made == ["a", "b", "c"]
    assert again[:2] == first[::-1]


def test_kinds_are_kept_apart(tmp_path: Path) -> None:
    memo, make = Memo(), Maker()
    memo.open(tmp_path / "x.memo")

    memo.of("one", "a", make)
    memo.of("other", "a", make)

    assert make.made == ["a", "a"]


def test_nothing_is_kept_when_nobody_asked_for_it(tmp_path: Path) -> None:
    memo, make = Memo(), Maker()

    memo.of("kind", "a", make)
    memo.of("kind", "a", make)
    memo.close()

    assert make.made == ["a", "a"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 4, b"not what was written", b"\0\0\0\0{"])
def test_a_file_that_is_broken_is_made_anew(tmp_path: Path, content: bytes) -> None:
    file, make = tmp_path / "x.memo", Maker()
    file.write_bytes(content)

    use(file, make, "a")
    use(file, make, "a")

    assert make.made == ["a"]


def test_one_byte_that_changed_is_noticed(tmp_path: Path) -> None:
    file, make = tmp_path / "x.memo", Maker()
    use(file, make, "a")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)

    use(file, make, "a")

    assert make.made == ["a", "a"]


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    assert use(tmp_path / "file" / "x.memo", Maker(), "a")[0]["text"] == "a"


def test_what_nobody_uses_any_more_is_dropped_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    file, make = tmp_path / "x.memo", Maker()

    use(file, make, "a")
    use(file, make, "b", "c")
    use(file, make, "b")
    use(file, make, "a")

    assert make.made == ["a", "b", "c", "a"]
