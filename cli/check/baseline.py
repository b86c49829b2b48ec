"""A baseline is what `autonomy check -o json` printed once: what it holds is known, and only what is new is reported."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from cli.check.fingerprints import Print, fingerprint
from cli.check.report import KNOWN, Judged, Report
from cli.errors import BadInput
from cli.manifests import files
from cli.manifests.objects import Spot
from guidance.documents.jsontype import JsonValue
from guidance.documents.source import Problem
from guidance.judging.evaluation import Finding
from guidance.judging.results import Outcome, Result

MAX_BYTES = 1024 * 1024 * 1024
"""It tells what passes too, and so is several times as long as all manifests together."""
VIOLATIONS = frozenset({Outcome.FAIL, Outcome.WARN})


def read(file: str) -> Counter[Print]:
    """How often each finding is known. Raises BadInput."""
    found = files.read(file, most=MAX_BYTES)
    if isinstance(found, Problem):
        raise BadInput(found)
    try:
        return Counter(_prints(json.loads(found.text)))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(Problem(file, 1, 1, "is no baseline: write one with autonomy check -o json")) from error


def without_known(report: Report, known: Counter[Print]) -> Report:
    """The report with what is new; a violated policy that has nothing new is skipped."""
    left = known.copy()
    return replace(report, judged=tuple(_fresh(one, left) for one in report.judged))


def _prints(content: Mapping[str, list[dict[str, JsonValue]]]) -> list[Print]:
    found = []
    for result in content["results"]:
        resource, findings = result["resource"], result["findings"]
        if not isinstance(resource, dict) or not isinstance(findings, list):
            raise TypeError
        texts = {key: str(value) for key, value in resource.items()}
        if result["result"] in VIOLATIONS:
            found += [fingerprint(texts, str(result["policy"]), str(one["place"])) for one in findings if isinstance(one, dict)]
    return found


def _fresh(judged: Judged, known: Counter[Print]) -> Judged:
    results, spots = [], []
    for result, where in judged.rows():
        kept = [pair for pair in zip(result.findings, where, strict=True) if not _is_known(judged, result, pair[1], known)]
        results.append(_only(result, kept))
        spots.append(tuple(spot for _, spot in kept))
    return replace(judged, results=tuple(results), spots=tuple(spots))


def _is_known(judged: Judged, result: Result, spot: Spot, known: Counter[Print]) -> bool:
    """Each that is known covers one finding."""
    if result.outcome not in VIOLATIONS:
        return False
    one = fingerprint(judged.resource, result.policy, spot.place)
    if not known[one]:
        return False
    known[one] -= 1
    return True


def _only(result: Result, kept: list[tuple[Finding, Spot]]) -> Result:
    if len(kept) == len(result.findings):
        return result
    findings = tuple(finding for finding, _ in kept)
    return replace(result, findings=findings) if findings else replace(result, findings=(), outcome=Outcome.SKIP, because=KNOWN)
