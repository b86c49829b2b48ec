"""Policies and packs, written for people and programs."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from cli.policies.choosing import Chosen
from guidance.policies.packs import Pack
from guidance.policies.policy import Enforcement, Policy

WIDTH = 100


def packs_as_text(packs: Iterable[Pack]) -> str:
    return _table(["PACK", "POLICIES", "TITLE"], [(pack.name, str(len(pack.policies)), pack.title) for pack in packs])


def packs_as_json(packs: Iterable[Pack]) -> str:
    return json.dumps({"packs": [_pack(pack) for pack in packs]}, indent=2, ensure_ascii=False)


def _pack(pack: Pack) -> dict[str, str | int]:
    return {
        "pack": pack.name,
        "version": str(pack.version),
        "title": pack.title,
        "description": pack.description,
        "policies": len(pack.policies),
    }


def policies_as_text(policies: Iterable[Chosen]) -> str:
    return _table(["POLICY", "VERSION", "SEVERITY", "ENFORCEMENT", "TITLE"], [_row(*one) for one in policies])


def _row(policy: Policy, level: Enforcement) -> tuple[str, ...]:
    about = policy.guidance
    return policy.name, about.version, about.severity.value, level.value, about.title


def policies_as_json(policies: Iterable[Chosen]) -> str:
    rows = [
        {
            "policy": policy.name,
            "version": policy.guidance.version,
            "severity": policy.guidance.severity.value,
            "enforcement": level.value,
            "owner": policy.guidance.owner,
            "controls": list(policy.guidance.controls),
            "title": policy.guidance.title,
            "rationale": policy.guidance.rationale,
        }
        for policy, level in policies
    ]
    return json.dumps({"policies": rows}, indent=2, ensure_ascii=False)


def policy_as_text(policy: Policy) -> str:
    """The page of a policy: what it asks for and why, what it says, and examples."""
    about = policy.guidance
    owner = f"owned by {about.owner}" if about.owner else ""
    shown = policy.name if policy.source.is_ours else policy.source.file
    parts = [
        f"{policy.name} {about.version}: {about.title}",
        ", ".join(filter(None, (about.enforcement.value, f"severity {about.severity.value}", owner, *about.controls))),
        textwrap.fill(about.rationale, WIDTH),
        "It says\n" + "\n".join(_messages(policy)),
        *_examples(policy),
        f"The whole policy: autonomy policies show {shown} --source",
    ]
    return "\n\n".join(parts)


def _examples(policy: Policy) -> Iterator[str]:
    """Policies of other engines have none."""
    for told, examples in (("It passes", policy.examples.passing), ("It does not pass", policy.examples.failing)):
        if examples:
            yield f"{told}\n" + "\n".join(f"- {example.name}" for example in examples)


def _messages(policy: Policy) -> Iterator[str]:
    for validation in policy.spec.validations:
        message = validation.message or f"failed expression: {validation.expression}"
        can_mend = " (can be mended)" if validation.fix else ""
        yield textwrap.fill(f"{message}{can_mend}", WIDTH, initial_indent="- ", subsequent_indent="  ")


def _table(head: list[str], rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in [tuple(head), *rows]) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [tuple(head), *rows])
