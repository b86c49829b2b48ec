"""How templates name and colour what belongs to a policy."""

import json
from collections.abc import Mapping

import yaml
from django import template

from guidance.judging.results import Outcome
from guidance.policies.policy import Enforcement, Severity

register = template.Library()

ENFORCEMENT_TONES: Mapping[str, str] = {
    Enforcement.ADVISORY: "info",
    Enforcement.SOFT_MANDATORY: "warning",
    Enforcement.HARD_MANDATORY: "danger",
}
SEVERITY_TONES: Mapping[str, str] = {
    Severity.LOW: "neutral",
    Severity.MEDIUM: "info",
    Severity.HIGH: "warning",
    Severity.CRITICAL: "danger",
}
RESULT_TONES: Mapping[str, str] = {
    Outcome.PASS: "success",
    Outcome.FAIL: "danger",
    Outcome.WARN: "warning",
    Outcome.ERROR: "danger",
    Outcome.SKIP: "neutral",
}


@register.filter
def enforcement_tone(enforcement: str) -> str:
    return ENFORCEMENT_TONES.get(enforcement, "info")


@register.filter
def severity_tone(severity: str) -> str:
    return SEVERITY_TONES.get(severity, "neutral")


@register.filter
def result_tone(result: str) -> str:
    return RESULT_TONES.get(result, "neutral")


@register.filter
def as_yaml(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000)


@register.filter
def as_json(value: object) -> str:
    return json.dumps(value, indent=2 if isinstance(value, list) else None, ensure_ascii=False)
