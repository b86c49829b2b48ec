"""Where the report goes: findings to standard output, what could not be read to standard error."""

import sys
from importlib import import_module
from typing import TextIO

from cli.check.formats import text
from cli.check.report import Report
from cli.colours import paint_for
from cli.errors import BadInput
from guidance.policy import Enforcement
from guidance.source import PolicyError, Problem

FORMATS = {"json": "plain_json", "sarif": "sarif", "junit": "junit", "policyreport": "policy_report"}
"""Modules of `cli.check.formats`, each with a function `render`; loaded when they are asked for."""


def show(report: Report, output: str, fail_on: Enforcement, stream: TextIO) -> None:
    tell(report.problems, report.sources)
    if output == "text":
        print(text.render(report, paint_for(stream)), file=stream)
    else:
        print(import_module(f"cli.check.formats.{FORMATS[output]}").render(report, fail_on), file=stream)


def tell(problems: tuple[Problem, ...], texts: dict[str, str]) -> None:
    """Each with its line, like a compiler."""
    sources = text.Sources(texts)
    for problem in problems:
        print(text.problem(problem, sources, paint_for(sys.stderr)), file=sys.stderr)


def refusal(error: Exception) -> None:
    """Why nothing was judged."""
    if isinstance(error, BadInput):
        tell((error.problem,), {})
    elif isinstance(error, PolicyError):
        tell(error.problems, {})
    else:
        print(f"{paint_for(sys.stderr)('error', 'error')}: {error}", file=sys.stderr)
