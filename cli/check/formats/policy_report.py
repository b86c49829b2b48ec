"""`-o policyreport`: PolicyReports (wgpolicyk8s.io/v1alpha2), one for each namespace, as dashboards of clusters read them."""

import time
from collections import defaultdict

import yaml

from cli.check.report import Judged, Report, Rule
from cli.manifests.objects import Spot
from guidance.documents.jsontype import JsonValue
from guidance.judging.results import Outcome, Result
from guidance.manifests.resources import resource
from guidance.policies.policy import Enforcement

API_VERSION = "wgpolicyk8s.io/v1alpha2"
NAME = "autonomy-check"
SOURCE = "autonomy"
Object = dict[str, JsonValue]


def render(report: Report, fail_on: Enforcement) -> str:  # noqa: ARG001 the signature of a format
    """YAML; a report without a namespace is about objects that name none."""
    groups: dict[tuple[bool, str], list[Judged]] = defaultdict(list)
    for judged in report.judged:
        known = judged.resource
        namespaced = resource(known["apiVersion"], known["kind"]).namespaced
        groups[namespaced, known["namespace"] if namespaced else ""].append(judged)
    rules = {rule.name: rule for rule in report.rules}
    now: Object = {"seconds": int(time.time()), "nanos": 0}
    reports = [_report(namespaced, namespace, some, rules, now) for (namespaced, namespace), some in groups.items()]
    return yaml.dump_all(reports or [_report(True, "", [], rules, now)], sort_keys=False, allow_unicode=True, width=140).rstrip()


def _report(namespaced: bool, namespace: str, judged: list[Judged], rules: dict[str, Rule], now: Object) -> Object:
    metadata: Object = {"name": NAME, "namespace": namespace} if namespace else {"name": NAME}
    counts = Report(tuple(judged)).counts()
    return {
        "apiVersion": API_VERSION,
        "kind": "PolicyReport" if namespaced else "ClusterPolicyReport",
        "metadata": metadata,
        "summary": {**counts},
        "results": [_row(one, result, spots, rules, now) for one in judged for result, spots in one.rows()],
    }


def _row(judged: Judged, result: Result, spots: tuple[Spot, ...], rules: dict[str, Rule], now: Object) -> Object:
    """One row per result, as the summary counts; its message tells all findings."""
    about = {key: text for key, text in judged.resource.items() if text}
    row: Object = {
        "policy": result.policy,
        "source": SOURCE,
        "result": result.outcome.value,
        "scored": result.enforcement is not Enforcement.ADVISORY,
        "severity": result.severity.value,
        "resources": [{**about}],
        "timestamp": {**now},
    }
    if messages := [finding.message for finding in result.findings]:
        row["message"] = "\n".join(messages)
    elif rule := rules.get(result.policy):
        row["message"] = rule.title
    properties: Object = {"version": result.version, "enforcement": result.enforcement.value, "file": judged.file}
    if result.findings:
        properties |= {"paths": " ".join(finding.path for finding in result.findings), "lines": " ".join(str(spot.line) for spot in spots)}
    if result.outcome is Outcome.SKIP:
        properties["because"] = result.because
    return row | {"properties": properties}
