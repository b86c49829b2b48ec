"""What people read about a policy of another engine: what its annotations say, and what is assumed where they say nothing."""

import re
from collections.abc import Mapping
from typing import get_args

from guidance.documents.pointer import find
from guidance.foreign.parts import Part
from guidance.policies.policy import Enforcement, Guidance, PodMaker, Policy, Severity

OURS, KYVERNO, GATEKEEPER = "guidance.autonomy", "policies.kyverno.io", "metadata.gatekeeper.sh"
TITLE = (f"{OURS}/title", f"{KYVERNO}/title", f"{GATEKEEPER}/title")
RATIONALE = (f"{OURS}/rationale", f"{KYVERNO}/description", "kubernetes.io/description", "description")
SEVERITY = (f"{OURS}/severity", f"{KYVERNO}/severity")
VERSION = (f"{OURS}/version", f"{GATEKEEPER}/version")
OWNER, CONTROLS, ENFORCEMENT = f"{OURS}/owner", f"{OURS}/controls", f"{OURS}/enforcement"
POD_TEMPLATES, NO_TEMPLATES = f"{OURS}/pod-templates", "none"
"""A cluster judges pods alone; what else is judged here is for the way back."""
SEMVER = re.compile(r"\d+\.\d+\.\d+")
MAKERS: tuple[PodMaker, ...] = get_args(PodMaker)
UNVERSIONED = "0.0.0"
UNEXPLAINED = "Its author has not written down why it is there."


def guidance(part: Part, enforcement: Enforcement, name: str) -> Guidance:
    """`enforcement` is what the policy's own engine does with a violation; `name` stands for a title."""
    known = known_of(part)
    return Guidance(
        title=known.get("title", name),
        rationale=known.get("rationale", UNEXPLAINED),
        severity=Severity(known.get("severity", Severity.MEDIUM)),
        enforcement=enforcement,
        version=known.get("version", UNVERSIONED),
        owner=known.get("owner", ""),
        controls=tuple(filter(None, known.get("controls", "").split(", "))),
    )


def known_of(part: Part) -> dict[str, str]:
    """What the annotations say, by the names of our fields."""
    annotations = find(part.value, ("metadata", "annotations"))
    told = (
        {key: " ".join(text.split()) for key, text in annotations.items() if isinstance(text, str)} if isinstance(annotations, dict) else {}
    )
    found = {
        "title": _first(told, TITLE),
        "rationale": _first(told, RATIONALE),
        "severity": _severity(_first(told, SEVERITY)),
        "version": version if SEMVER.fullmatch(version := _first(told, VERSION)) else "",
        "owner": told.get(OWNER, ""),
        "controls": told.get(CONTROLS, ""),
    }
    return {name: text for name, text in found.items() if text}


def as_annotations(policy: Policy, level: Enforcement) -> dict[str, str]:
    """For a policy that goes to a cluster, and may come back."""
    about = policy.guidance
    told = (
        known_of(policy.source)
        if isinstance(policy.source, Part)
        else {
            "title": about.title,
            "rationale": about.rationale,
            "severity": about.severity.value,
            "version": about.version,
            "owner": about.owner,
            "controls": ", ".join(about.controls),
        }
    )
    makers = policy.spec.pod_templates
    templates = {} if makers is None else {POD_TEMPLATES: ", ".join(makers) or NO_TEMPLATES}
    return {f"{OURS}/{name}": text for name, text in {**told, "enforcement": level.value}.items() if text} | templates


def asked_for(part: Part) -> Enforcement | None:
    """The level that one of our policies had when it was written for a cluster."""
    level = find(part.value, ("metadata", "annotations", ENFORCEMENT))
    return Enforcement(level) if isinstance(level, str) and level in set(Enforcement) else None


def pod_templates(part: Part) -> tuple[PodMaker, ...] | None:
    """Those that the policy was about when it was written for a cluster; None where it does not say so."""
    text = find(part.value, ("metadata", "annotations", POD_TEMPLATES))
    return tuple(maker for maker in MAKERS if maker in text.split(", ")) if isinstance(text, str) else None


def _first(told: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((told[name] for name in names if told.get(name)), "")


def _severity(text: str) -> str:
    """Kyverno also knows `info`."""
    word = "low" if text.lower() == "info" else text.lower()
    return word if word in set(Severity) else ""
