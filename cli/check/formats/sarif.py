"""`-o sarif`: SARIF 2.1.0, as GitHub's code scanning takes it."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from cli.check.fingerprints import Print, digests, fingerprint
from cli.check.report import Judged, Report, Rule, is_broken
from cli.check.sources import Sources
from cli.manifests.files import STDIN
from cli.manifests.objects import Spot
from cli.version import installed
from guidance.documents.jsontype import JsonValue
from guidance.documents.source import Problem
from guidance.judging.evaluation import WELL_FORMED, Finding
from guidance.judging.results import Outcome, Result
from guidance.policies.policy import Enforcement, Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Enforcement.ADVISORY: "note", Enforcement.SOFT_MANDATORY: "warning", Enforcement.HARD_MANDATORY: "error"}
SCORES = {Severity.LOW: "3.0", Severity.MEDIUM: "5.5", Severity.HIGH: "8.0", Severity.CRITICAL: "9.5"}
"""`security-severity`, from which GitHub makes its own words; they are the same as ours."""
LONGEST_DESCRIPTION, MOST_TAGS = 1024, 20
"""GitHub refuses a file with more tags, and shows no more of a description; the help is whole."""
READABLE = Rule(
    WELL_FORMED,
    "Kubernetes can read the manifest",
    "A value of another type than Kubernetes expects is refused by the API server, so nothing in the manifest takes effect.",
    Severity.HIGH,
    Enforcement.HARD_MANDATORY,
)


def render(report: Report, fail_on: Enforcement) -> str:  # noqa: ARG001 the signature of a format
    rules = [*report.rules, READABLE]
    found, results = list(_found(report.judged)), _Results(rules, Sources(report.sources))
    run: dict[str, JsonValue] = {
        "tool": {"driver": {"name": "autonomy", "version": installed(), "rules": [_rule(rule) for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [results.row(*one, digest) for one, digest in zip(found, digests(_print(*one) for one in found), strict=True)],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


Found = tuple[Judged, Result, Finding, Spot]


def _found(judged: Iterable[Judged]) -> Iterator[Found]:
    for one in judged:
        for result, spots in one.rows():
            if result.outcome is Outcome.SKIP:
                continue  # code scanning would open an alert for it all the same
            for finding, spot in zip(result.findings, spots, strict=True):
                yield one, result, finding, spot


def _print(judged: Judged, result: Result, finding: Finding, spot: Spot) -> Print:  # noqa: ARG001 the members of what was found
    return fingerprint(judged.resource, result.policy, spot.place)


def _rule(rule: Rule) -> JsonValue:
    controls = f"\n\nControls: {', '.join(rule.controls)}" if rule.controls else ""
    tags: list[JsonValue] = ["security", "kubernetes", *rule.controls]
    return {
        "id": rule.name,
        "name": "".join(part.title() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.title[:LONGEST_DESCRIPTION]},
        "fullDescription": {"text": rule.rationale[:LONGEST_DESCRIPTION]},
        "help": {"text": f"{rule.title}. {rule.rationale}{controls}", "markdown": f"**{rule.title}**\n\n{rule.rationale}{controls}"},
        "defaultConfiguration": {"level": LEVELS[rule.enforcement]},
        "properties": {
            "tags": tags[:MOST_TAGS],
            "precision": "very-high",
            "problem.severity": "recommendation" if rule.enforcement is Enforcement.ADVISORY else "error",
            "security-severity": SCORES[rule.severity],
        },
    }


class _Results:
    """What results are written from, beside themselves."""

    def __init__(self, rules: Iterable[Rule], sources: Sources) -> None:
        self._numbers = {rule.name: number for number, rule in enumerate(rules)}
        self._sources = sources

    def row(self, judged: Judged, result: Result, finding: Finding, spot: Spot, digest: str) -> JsonValue:
        row: dict[str, JsonValue] = {
            "ruleId": result.policy,
            "level": LEVELS[finding.enforcement],
            "message": {"text": finding.message},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": _artifact(judged.file), "region": self._region(judged.file, spot)},
                    "logicalLocations": [{"fullyQualifiedName": f"{judged.title}: {finding.path or '/'}", "kind": "member"}],
                }
            ],
            "partialFingerprints": {"primaryLocationLineHash": digest},
        }
        if result.policy in self._numbers:
            row["ruleIndex"] = self._numbers[result.policy]
        return row

    def _region(self, file: str, spot: Spot) -> dict[str, JsonValue]:
        """At most the rest of the first line: GitHub shows a finding with a pull request only if that has changed every line of it."""
        end = spot.end_column if spot.end_line == spot.line else len(self._sources.line(file, spot.line) or "") + 1
        return {"startLine": spot.line, "startColumn": spot.column, "endLine": spot.line, "endColumn": max(end, spot.column)}


def _artifact(file: str) -> dict[str, JsonValue]:
    """Relative to the folder that the check ran in, which is the root of the repository in CI; links are followed, for GitHub shows nothing
    in them."""
    if file == STDIN:
        return {"uri": "stdin"}
    path, root = Path(file).resolve(), Path.cwd()
    return {"uri": quote(os.fsencode(path.relative_to(root).as_posix())) if path.is_relative_to(root) else path.as_uri()}


def _invocation(report: Report) -> JsonValue:
    whole = not report.problems and not any(is_broken(result) for judged in report.judged for result in judged.results)
    return {"executionSuccessful": whole, "toolExecutionNotifications": [_notification(problem) for problem in report.problems]}


def _notification(problem: Problem) -> JsonValue:
    told: dict[str, JsonValue] = {"level": "error", "message": {"text": problem.message}}
    if problem.file:
        region: dict[str, JsonValue] = {"startLine": problem.line, "startColumn": problem.column}
        told["locations"] = [{"physicalLocation": {"artifactLocation": _artifact(problem.file), "region": region}}]
    return told
