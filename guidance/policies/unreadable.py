"""What can still be told of a stored policy that this version of the product does not read, because it was written for another one."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from guidance.documents.jsontype import JsonValue
from guidance.documents.schema import Strict
from guidance.documents.source import PolicyError, Source
from guidance.policies.matching import ANY, MatchConstraints, ResourceRule
from guidance.policies.policy import Enforcement, Guidance, Metadata, Policy, Severity, Spec, Validation

EVERYTHING = MatchConstraints(resource_rules=(ResourceRule(api_groups=(ANY,), api_versions=(ANY,), operations=(ANY,), resources=(ANY,)),))
NEVER_ASKED = (Validation(expression="false"),)
"""A body has validations; those of a broken policy are not asked."""

Part = TypeVar("Part", bound=Strict)


def skeleton(source: Source, *, name: str, version: str, owner: str, enforcement: Enforcement) -> Policy:
    """What it is about and its failurePolicy. Where these cannot be read either it is about everything, and fails closed."""
    document = _document(source)
    about, spec = _mapping(document.get("guidance")), _mapping(document.get("spec"))
    return Policy(
        Metadata(name=name),
        Guidance(
            title=_text(about.get("title")) or name,
            rationale=_text(about.get("rationale")),
            severity=_severity(about.get("severity")),
            enforcement=enforcement,
            version=version,
            owner=owner,
        ),
        Spec(
            match_constraints=_read(MatchConstraints, spec.get("matchConstraints")) or EVERYTHING,
            validations=NEVER_ASKED,
            failure_policy="Ignore" if spec.get("failurePolicy") == "Ignore" else "Fail",
        ),
        source,
    )


def _document(source: Source) -> Mapping[str, JsonValue]:
    try:
        return _mapping(source.value)
    except PolicyError:
        return {}


def _read(model: type[Part], value: JsonValue) -> Part | None:
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def _severity(value: JsonValue) -> Severity:
    return Severity(value) if isinstance(value, str) and value in set(Severity) else Severity.HIGH


def _mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
