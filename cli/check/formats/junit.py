"""`-o junit`: a suite per file, a case per object and policy. What does not fail the check is no failure, but told."""

from collections import defaultdict
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from cli.check.report import Judged, Report, is_broken, refuses
from cli.manifests.objects import Spot
from guidance.documents.source import Problem
from guidance.judging.results import Outcome, Result
from guidance.policies.policy import Enforcement

TOOL = "autonomy"
OF_A_SUITE = (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
OF_ALL = OF_A_SUITE[:-1]
"""Attributes, and the elements that each counts: Jenkins' schema has no `skipped` over all suites."""
FORBIDDEN = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n\r"}
"""Characters that XML cannot hold."""


def render(report: Report, fail_on: Enforcement) -> str:
    root = Element("testsuites", name=TOOL)
    judged: dict[str, list[Judged]] = defaultdict(list)
    problems: dict[str, list[Problem]] = defaultdict(list)
    for one in report.judged:
        judged[one.file].append(one)
    for problem in report.problems:
        problems[problem.file].append(problem)
    for file in dict.fromkeys([*report.sources, *judged, *problems]):
        suite = SubElement(root, "testsuite", name=_clean(file or TOOL))
        for one in judged[file]:
            for result, spots in one.rows():
                _case(suite, one, result, spots, fail_on)
        for problem in problems[file]:
            _problem(suite, problem)
        _count(suite, OF_A_SUITE)
    _count(root, OF_ALL)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _case(suite: Element, judged: Judged, result: Result, spots: tuple[Spot, ...], fail_on: Enforcement) -> None:
    case = SubElement(suite, "testcase", classname=_clean(judged.file), name=_clean(f"{judged.title}: {result.policy}"))
    told = "\n".join(_told(judged, result, spots))
    if result.outcome is Outcome.SKIP:
        SubElement(case, "skipped", message=_clean(result.because or ""))
    elif is_broken(result):
        SubElement(case, "error", message=_clean(result.findings[0].message), type="error").text = told
    elif refuses(result, fail_on):
        SubElement(case, "failure", message=_clean(result.findings[0].message), type=result.enforcement.value).text = told
    elif told:
        SubElement(case, "system-out").text = told


def _told(judged: Judged, result: Result, spots: tuple[Spot, ...]) -> Iterator[str]:
    for finding, spot in zip(result.findings, spots, strict=True):
        yield _clean(f"{judged.file}:{spot.line}:{spot.column}: {finding.message} ({finding.path or '/'})")


def _problem(suite: Element, problem: Problem) -> None:
    case = SubElement(suite, "testcase", classname=_clean(problem.file or TOOL), name=f"line {problem.line}" if problem.file else "check")
    told = str(problem) if problem.file else problem.message
    SubElement(case, "error", message=_clean(problem.message), type="bad input").text = _clean(told)


def _count(element: Element, counted: tuple[tuple[str, str], ...]) -> None:
    for name, tag in counted:
        element.set(name, str(sum(1 for _ in element.iter(tag))))


def _clean(text: str) -> str:
    return text.translate(FORBIDDEN)
