"""Where the report goes: findings to standard output, what could not be read to standard error."""

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TextIO

from cli.check.formats import text
from cli.check.report import Report, is_broken
from cli.check.sources import Sources
from cli.colours import paint_for
from cli.errors import BadInput
from guidance.documents.source import PolicyError, Problem
from guidance.policies.policy import Enforcement

FORMATS = {"json": "plain_json", "sarif": "sarif", "junit": "junit", "policyreport": "policy_report"}
"""Modules of `cli.check.formats`, each with a function `render`; loaded when they are asked for."""
TELL_PROBLEMS = frozenset({"json", "sarif", "junit"})
"""Outputs that can say that nothing was judged, and why."""


def show(report: Report, output: str, fail_on: Enforcement, stream: TextIO, *, hints: bool) -> None:
    tell(report.problems, report.sources)
    if output == "text":
        print(text.render(report, paint_for(stream), hints=hints), file=stream)
    else:
        tell(tuple(_not_judged(report)), report.sources)
        print(formatted(report, output, fail_on), file=stream)


def formatted(report: Report, output: str, fail_on: Enforcement) -> str:
    """As a program reads it."""
    written: str = import_module(f"cli.check.formats.{FORMATS[output]}").render(report, fail_on)
    return written


def _not_judged(report: Report) -> Iterator[Problem]:
    for judged in report.judged:
        for result, spots in judged.rows():
            if is_broken(result):
                yield from (
                    Problem(judged.file, spot.line, spot.column, one.message) for one, spot in zip(result.findings, spots, strict=True)
                )


def tell(problems: tuple[Problem, ...], texts: dict[str, str]) -> None:
    """Each with its line, like a compiler."""
    sources = Sources(texts)
    for problem in problems:
        print(text.problem(problem, sources, paint_for(sys.stderr)), file=sys.stderr)


def notes(told: Iterable[Problem]) -> None:
    """What somebody should know, and nothing is wrong with."""
    paint = paint_for(sys.stderr)
    for note in told:
        print(f"{paint('advice', 'note')}: {note}", file=sys.stderr)


def problems(error: Exception) -> tuple[Problem, ...]:
    """What keeps everything from being judged; where it is not in a file, none is named."""
    if isinstance(error, BadInput):
        return (error.problem,)
    return error.problems if isinstance(error, PolicyError) else (Problem("", 1, 1, str(error)),)


def refusal(error: Exception) -> None:
    """Why nothing was judged."""
    if isinstance(error, BadInput):
        tell((error.problem,), {})
    elif isinstance(error, PolicyError):
        tell(error.problems, {one.file: _text(one.file) for one in error.problems})
    else:
        refused(str(error))


def _text(file: str) -> str:
    """For the line that is shown; nothing where there is none."""
    try:
        return Path(file).read_text("utf-8", "replace") if Path(file).is_file() else ""
    except OSError:
        return ""


def refused(message: str) -> None:
    print(f"{paint_for(sys.stderr)('error', 'error')}: {message}", file=sys.stderr)
