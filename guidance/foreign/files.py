"""Policies of all engines that can be read, with what belongs to them: from files and folders (`read`) or from texts (`bundle`)."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from guidance.documents.source import PolicyError, Problem
from guidance.foreign.bundle import Bundle
from guidance.foreign.parts import parts
from guidance.foreign.sorting import Reader
from guidance.policies.load import read_text

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
NO_POLICIES = frozenset({"pack.yaml", "kustomization.yaml", "kustomization.yml", "Chart.yaml", "values.yaml"})
"""Left out of folders."""
MOST_BYTES = 5 * 1024 * 1024


def read(paths: Iterable[Path]) -> Bundle:
    """Everything in these files, and in those below these folders. Raises PolicyError with the problems of all of them."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            texts.update((str(file), _text(file)) for file in _files(path))
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(*problems)
    return bundle(texts)


def bundle(texts: Mapping[str, str]) -> Bundle:
    """The same of texts by the names of their files."""
    reader = Reader()
    for file, text in texts.items():
        for found in parts(text, file):
            reader.take(found)
    whole = reader.bundle()
    if not whole.policies and not reader.problems:
        reader.problems += [*whole.notes, Problem(next(iter(texts), "."), 1, 1, "there is no policy in it")]
    if reader.problems:
        raise PolicyError(*reader.problems)
    return whole


def _files(path: Path) -> list[Path]:
    """Raises PolicyError."""
    try:
        found = sorted(_below(path)) if path.is_dir() else [path]
    except OSError as error:
        raise PolicyError(Problem(str(error.filename or path), 1, 1, f"cannot be read: {error.strerror}")) from error
    if not found:
        raise PolicyError(Problem(str(path), 1, 1, "the folder holds no policy: a policy is a file *.yaml"))
    return found


def _below(folder: Path) -> Iterator[Path]:
    """Hidden files and folders are not looked at. Raises OSError: what cannot be read may hold policies."""
    for where, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        visible = [Path(where, name) for name in names if not name.startswith(".")]
        yield from (file for file in visible if file.suffix.lower() in SUFFIXES and file.name not in NO_POLICIES and file.is_file())


def _raise(error: OSError) -> None:
    raise error


def _text(file: Path) -> str:
    """Raises PolicyError."""
    if file.is_file() and file.stat().st_size > MOST_BYTES:
        raise PolicyError(Problem(str(file), 1, 1, f"has more than {MOST_BYTES // 1024 // 1024} MB: that is no file of policies"))
    return read_text(file)
