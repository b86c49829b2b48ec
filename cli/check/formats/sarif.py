"""`-o sarif`: SARIF 2.1.0, as GitHub's code scanning takes it."""

import json
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from urllib.parse import quote

from cli.check.fingerprints import Print, digests, fingerprint
from cli.check.report import Judged, Report, Rule, is_broken
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
READABLE = Rule(
    WELL_FORMED,
    "Kubernetes can read the manifest",
    "A value of another type than Kubernetes expects is refused by the API server, so nothing in the manifest takes effect.",
    Severity.HIGH,
    Enforcement.HARD_MANDATORY,
)


def render(report: Report, fail_on: Enforcement) -> str:  # noqa: ARG001 the signature of a format
    rules = [*report.rules, READABLE]
    numbers = {rule.name: number for number, rule in enumerate(rules)}
    found = list(_found(report.judged))
    run: dict[str, JsonValue] = {
        "tool": {"driver": {"name": "autonomy", "version": installed(), "rules": [_rule(rule) for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [_result(*one, numbers, digest) for one, digest in zip(found, digests(_print(*one) for one in found), strict=True)],
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
    return {
        "id": rule.name,
        "name": "".join(part.title() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.rationale},
        "help": {"text": f"{rule.title}. {rule.rationale}{controls}", "markdown": f"**{rule.title}**\n\n{rule.rationale}{controls}"},
        "defaultConfiguration": {"level": LEVELS[rule.enforcement]},
        "properties": {
            "tags": ["security", "kubernetes", *rule.controls],
            "precision": "very-high",
            "problem.severity": "recommendation" if rule.enforcement is Enforcement.ADVISORY else "error",
            "security-severity": SCORES[rule.severity],
        },
    }


def _result(judged: Judged, result: Result, finding: Finding, spot: Spot, numbers: dict[str, int], digest: str) -> JsonValue:
    row: dict[str, JsonValue] = {
        "ruleId": result.policy,
        "level": LEVELS[finding.enforcement],
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": _artifact(judged.file), "region": _region(spot)},
                "logicalLocations": [{"fullyQualifiedName": f"{judged.title}: {finding.path or '/'}", "kind": "member"}],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": digest},
    }
    if result.policy in numbers:
        row["ruleIndex"] = numbers[result.policy]
    return row


def _region(spot: Spot) -> dict[str, JsonValue]:
    region: dict[str, JsonValue] = {"startLine": spot.line, "startColumn": spot.column}
    if (spot.end_line, spot.end_column) > (spot.line, spot.column):
        region |= {"endLine": spot.end_line, "endColumn": spot.end_column}
    return region


def _artifact(file: str) -> dict[str, JsonValue]:
    """Relative to the folder that the check ran in, which is the root of the repository in CI."""
    if file == STDIN:
        return {"uri": "stdin"}
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix())}


def _invocation(report: Report) -> JsonValue:
    whole = not report.problems and not any(is_broken(result) for judged in report.judged for result in judged.results)
    return {"executionSuccessful": whole, "toolExecutionNotifications": [_notification(problem) for problem in report.problems]}


def _notification(problem: Problem) -> JsonValue:
    told: dict[str, JsonValue] = {"level": "error", "message": {"text": problem.message}}
    if problem.file:
        region: dict[str, JsonValue] = {"startLine": problem.line, "startColumn": problem.column}
        told["locations"] = [{"physicalLocation": {"artifactLocation": _artifact(problem.file), "region": region}}]
    return told
