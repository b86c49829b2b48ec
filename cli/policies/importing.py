"""`autonomy policies import`: policies of other engines become files of our own."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cli.check import render
from guidance.documents.source import PolicyError, Problem
from guidance.foreign.files import read
from guidance.foreign.importing import Imported, imported
from guidance.judging.compiled import compile_policies


def run(options: argparse.Namespace) -> int:
    """The exit code. Raises PolicyError."""
    bundle = read(map(Path, options.which))
    render.notes(bundle.notes)
    foreign = [policy for policy in bundle.policies if policy.name in bundle.levels]
    if not foreign:
        raise PolicyError(Problem(options.which[0], 1, 1, "holds no policy of another engine"))
    compile_policies(foreign)
    every = [imported(policy, bundle) for policy in foreign]
    if options.to is None:
        print("---\n".join(one.text for one in every), end="")
    else:
        _write(every, Path(options.to))
    for one in every:
        print(f"{one.name}: add {', '.join(told.partition(':')[0] for told in one.missing)}", file=sys.stderr)
    return 0


def _write(every: Sequence[Imported], folder: Path) -> None:
    """All of them or none. Raises PolicyError."""
    files = [folder / f"{one.name}.yaml" for one in every]
    taken = [file for number, file in enumerate(files) if file.exists() or file in files[:number]]
    if taken:
        raise PolicyError(*(Problem(str(file), 1, 1, "is there already: nothing was written") for file in taken))
    folder.mkdir(parents=True, exist_ok=True)
    for file, one in zip(files, every, strict=True):
        file.write_text(one.text, encoding="utf-8")
