"""`-o json`: every result with its findings, for programs (and for `--baseline`)."""

import json

from cli.check.report import Judged, Report
from cli.manifests.objects import Spot
from guidance.documents.jsontype import JsonValue
from guidance.documents.source import Problem
from guidance.judging.evaluation import Finding
from guidance.judging.results import Result
from guidance.policies.policy import Enforcement


def render(report: Report, fail_on: Enforcement) -> str:  # noqa: ARG001 the signature of a format
    """A line for each result: many more are written than a person reads."""
    results = [json.dumps(_result(one, result, spots), ensure_ascii=False) for one in report.judged for result, spots in one.rows()]
    problems = [json.dumps(_problem(problem), ensure_ascii=False) for problem in report.problems]
    summary = {**report.counts(), "files": len(report.sources), "objects": len(report.judged), "problems": len(report.problems)}
    patches = [json.dumps(_patch(one), ensure_ascii=False) for one in report.judged if one.patch]
    parts = {"results": _lines(results), "patches": _lines(patches), "problems": _lines(problems), "summary": json.dumps(summary)}
    return "{" + ",\n".join(f'"{name}": {written}' for name, written in parts.items()) + "}"


def _lines(rows: list[str]) -> str:
    return "[\n" + ",\n".join(rows) + "\n]" if rows else "[]"


def _result(judged: Judged, result: Result, spots: tuple[Spot, ...]) -> JsonValue:
    """The line is that of the first finding, else that of the object."""
    row: dict[str, JsonValue] = {
        "file": judged.file,
        "document": judged.document,
        "line": spots[0].line if spots else judged.line,
        "resource": {**judged.resource},
        "policy": result.policy,
        "version": result.version,
        "severity": result.severity.value,
        "enforcement": result.enforcement.value,
        "result": result.outcome.value,
        "findings": [_finding(finding, spot) for finding, spot in zip(result.findings, spots, strict=True)],
    }
    return row if result.because is None else row | {"because": result.because}


def _finding(finding: Finding, spot: Spot) -> JsonValue:
    return {
        "message": finding.message,
        "path": finding.path,
        "place": spot.place,
        "line": spot.line,
        "container": finding.container,
        "current": finding.current,
        "expected": finding.expected,
        "fix": [{**operation} for operation in finding.fix] if finding.fix is not None else None,
    }


def _patch(judged: Judged) -> JsonValue:
    """The fixes of findings do not add up: two that need the same parent both bring it. This is all of them in one."""
    return {"file": judged.file, "document": judged.document, "resource": {**judged.resource}, "patch": [{**one} for one in judged.patch]}


def _problem(problem: Problem) -> JsonValue:
    return {"file": problem.file, "line": problem.line, "column": problem.column, "message": problem.message}
