"""`autonomy check`: read, judge, tell."""

import argparse
import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TextIO

from cli.cache import remember
from cli.check import context, namespaces, parallel, policies, render
from cli.check.formats.text import summary
from cli.check.judging import Judge
from cli.check.options import conflict
from cli.check.report import NOT_JUDGED, Report, merged
from cli.colours import paint_for
from cli.errors import BadInput, ServerError, Stopped
from cli.manifests.files import STDIN, File, is_other, read_all
from cli.manifests.parsing import chunks
from guidance.documents.source import PolicyError, Problem
from guidance.memo import memo
from guidance.policies.packs import UnknownPack
from guidance.policies.policy import Enforcement

LEVELS = {"hard": Enforcement.HARD_MANDATORY, "soft": Enforcement.SOFT_MANDATORY, "advisory": Enforcement.ADVISORY}
SHOWN_FIXES = {"text": Enforcement.SOFT_MANDATORY, "json": Enforcement.ADVISORY, "sarif": None, "junit": None, "policyreport": None}
"""The least level of findings whose fixes an output shows: what nobody sees need not be proven."""
Check = Callable[[Sequence[File | Problem]], Report]


def run(options: argparse.Namespace) -> int:
    """The exit code."""
    if told := conflict(options):
        render.refused(told)
        return NOT_JUDGED
    remember()
    with _no_collection():
        code = _run(options)
    memo.close()
    return code


@contextmanager
def _no_collection() -> Iterator[None]:
    """What a check makes has no cycles, and looking for them takes a third of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _run(options: argparse.Namespace) -> int:
    try:
        check = _with_baseline(_remote(options) if options.server else _local(options), options.baseline)
        files = [file for file in read_all(options.paths) if not (options.skip_others and is_other(file))]
        report = check(files)
        if options.fix or options.diff:
            return _mended(report, files, check, options)
        return _told(report, options)
    except (BadInput, PolicyError, ServerError, Stopped, UnknownPack) as error:
        render.refusal(error)
        if options.output in render.TELL_PROBLEMS:
            print(render.formatted(Report(problems=render.problems(error)), options.output, LEVELS[options.fail_on]), file=_stream(options))
        return NOT_JUDGED


def _local(options: argparse.Namespace) -> Check:
    """Raises BadInput, PolicyError, UnknownPack."""
    chosen = policies.chosen(options.pack, options.policy)
    render.notes(chosen.beside.notes)
    given = namespaces.given(options.namespace_object)
    judge = Judge(
        policies=chosen.compiled,
        levels=chosen.levels,
        namespace=options.namespace or namespaces.only(given),
        namespaces=given,
        context=context.context(options.params),
        exceptions=chosen.beside.exceptions,
        old=context.old_objects(options.old),
        rewrites=options.fix or options.diff,
        mend_from=Enforcement.ADVISORY if options.fix or options.diff else SHOWN_FIXES[options.output],
    )
    return lambda files: replace(judged(judge, files), rules=chosen.rules())


def _remote(options: argparse.Namespace) -> Check:
    """Most checks ask no server, and HTTP takes long to load. Raises ServerError."""
    check: Check = import_module("cli.check.remote").checker(options)
    return check


def _with_baseline(check: Check, file: str | None) -> Check:
    """Raises BadInput."""
    if file is None:
        return check
    baseline = import_module("cli.check.baseline")
    known = baseline.read(file)
    return lambda files: baseline.without_known(check(files), known)


def judged(judge: Judge, files: Sequence[File | Problem]) -> Report:
    """Everything that is in the files; what is wrong comes in their order."""
    texts = [file for file in files if isinstance(file, File)]
    every = [chunk for file in texts for chunk in chunks(file.text, file.name)]
    report = merged(parallel.each(replace(judge, namespaces={**namespaces.among(every), **judge.namespaces}), every))
    order = {file.file if isinstance(file, Problem) else file.name: number for number, file in enumerate(files)}
    problems = [*(file for file in files if isinstance(file, Problem)), *report.problems]
    ordered = tuple(sorted(problems, key=lambda problem: order[problem.file]))
    return replace(report, problems=ordered, sources={file.name: file.text for file in texts})


def _mended(report: Report, files: Sequence[File | Problem], check: Check, options: argparse.Namespace) -> int:
    """After `--fix`, what is left is reported; `--diff` shows a patch, and says of the rest only how much there is."""
    fixing = import_module("cli.check.fixing")
    texts = [file for file in files if isinstance(file, File)]
    if options.diff:
        render.tell(report.problems, report.sources)
        sys.stdout.write(fixing.diff(report, texts, paint_for(sys.stdout)))
        print(summary(report), file=sys.stderr)
        return report.exit_code(LEVELS[options.fail_on])
    return _told(check([*(file for file in files if isinstance(file, Problem)), *fixing.fixed(report, texts)]), options)


def _told(report: Report, options: argparse.Namespace) -> int:
    fail_on = LEVELS[options.fail_on]
    render.show(report, options.output, fail_on, _stream(options), hints=not options.fix)
    return report.exit_code(fail_on)


def _stream(options: argparse.Namespace) -> TextIO:
    """Where the report goes: not where the mended manifests do."""
    return sys.stderr if options.fix and STDIN in options.paths else sys.stdout
