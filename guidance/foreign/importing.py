"""Policies of other engines, written as files of our own: what is known is filled in, the rest is for a person to add."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guidance.documents.jsontype import JsonValue
from guidance.documents.source import joined
from guidance.documents.writing import as_yaml
from guidance.foreign.bundle import Bundle
from guidance.foreign.described import known_of
from guidance.foreign.parts import Part
from guidance.policies.policy import API_VERSION, Policy

Object = dict[str, JsonValue]
LONGEST_NAME = 50
SPEC = ("param_kind", "match_constraints", "match_conditions", "variables", "validations", "audit_annotations", "pod_templates")
FIRST_VERSION = "1.0.0"
WANTED = {
    "title": "guidance.title: what it asks for, in one sentence",
    "rationale": "guidance.rationale: why, for a developer who has no time",
    "severity": "guidance.severity: how bad a violation is (low, medium, high, critical)",
    "owner": "guidance.owner: the group that approves changes, overrides and exemptions",
}
EXAMPLES = "examples: manifests that pass and manifests that fail, with their findings"


@dataclass(frozen=True)
class Imported:
    """`text` is the file `name`.yaml. `missing` has to be added to it before it can be used; `remarks` are what has no place in it."""

    name: str
    text: str
    missing: tuple[str, ...]
    remarks: tuple[str, ...]


def imported(policy: Policy, bundle: Bundle) -> Imported:
    """`policy` is one of another engine, in the bundle."""
    known = known_of(policy.source) if isinstance(policy.source, Part) else {}
    missing = (*(told for field, told in WANTED.items() if field not in known), EXAMPLES)
    remarks = tuple(_remarks(policy, bundle))
    name = slug(policy.name)
    told = [f"Read from {policy.source.file}. Add before it can be used:", *(f"- {one}" for one in missing)]
    if remarks:
        told += ["Mind:", *(f"- {one}" for one in remarks)]
    head = "".join(f"# {line}\n" for line in told)
    text = as_yaml([_written(policy, name, known)])
    beside = (as_yaml([one]) for one in (*_bindings(policy, name), *policy.beside.params))
    return Imported(name, joined(head + text, *beside), missing, remarks)


def slug(name: str) -> str:
    """The name as policies of ours can have it."""
    return re.sub(r"[^a-z0-9-]+", "-", name.lower())[:LONGEST_NAME].strip("-")


def _written(policy: Policy, name: str, known: dict[str, str]) -> Object:
    about: Object = {field: known[field] for field in ("title", "rationale", "severity") if field in known}
    about |= {"enforcement": policy.guidance.enforcement.value, "version": known.get("version", FIRST_VERSION)}
    about |= {"owner": known["owner"]} if "owner" in known else {}
    about |= {"controls": list(policy.guidance.controls)} if policy.guidance.controls else {}
    body = policy.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=set(SPEC))
    return {
        "apiVersion": API_VERSION,
        "kind": "Policy",
        "metadata": {"name": name},
        "guidance": about,
        "spec": {"failurePolicy": policy.spec.failure_policy, **body},
    }


def _bindings(policy: Policy, name: str) -> Iterator[Object]:
    """Where all of them do the same with a violation, the policy's level says it."""
    same: Object = {} if _differ(policy) else {"validationActions": ["Deny"]}
    yield from (binding.as_object(policyName=name, **same) for binding in policy.beside.bindings)


def _differ(policy: Policy) -> bool:
    return len({binding.denies for binding in policy.beside.bindings}) > 1


def _remarks(policy: Policy, bundle: Bundle) -> Iterator[str]:
    if _differ(policy):
        yield "some of its bindings only warn, whatever the level of the policy in that place"
    if (kind := policy.spec.param_kind) and not policy.beside.params:
        yield f"it takes its parameters from objects of the kind {kind.kind} ({kind.api_version}): add them behind it, after ---"
    for exception in bundle.exceptions:
        if policy.name in exception.policies:
            yield f"the PolicyException {exception.name} lets objects pass: ask for an exemption"
