"""A policy's body before it comes into force: it must compile, do what its examples say, and be newer than the one before."""

from functools import lru_cache

from accounts import roles
from accounts.services.groups import people_in
from guidance.documents.source import PolicyError, Problem
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import WELL_FORMED
from guidance.judging.examples import problems
from guidance.models import Policy
from guidance.policies.policy import Policy as Body
from guidance.services.policies import compiled_body
from guidance.services.versions import newest

RESERVED = {
    "evaluate": "is an address of the interface",
    "reports": "is an address of the interface",
    WELL_FORMED: "is what findings about manifests that nobody can read are called",
}
"""Names that no policy can have, and why."""


@lru_cache(maxsize=64)
def accepted(source: str, slug: str) -> CompiledPolicy:
    """What can come into force under this name. Raises PolicyError with everything that is wrong: file, line, column."""
    policy = compiled_body(source, slug)
    body = policy.policy
    wrong = problems(policy)
    if body.name != slug:
        wrong.append(body.source.problem(("metadata", "name"), f"the policy is called {body.name!r} here, but {slug!r} in the target"))
    if taken := reserved(body):
        wrong.append(taken)
    if wrong:
        raise PolicyError(*sorted(wrong, key=lambda problem: (problem.line, problem.column)))
    return policy


def reserved(body: Body) -> Problem | None:
    """What is wrong with its name where that means something else here."""
    why = RESERVED.get(body.name)
    return body.source.problem(("metadata", "name"), f"{body.name!r} {why}: choose another name") if why else None


def check_is_newer(body: Body, source: str, row: Policy | None) -> None:
    """Findings name a version, so no two bodies of a name ever share one, not even after a removal. Raises PolicyError.

    `source` is all of it, with bindings and parameters.
    """
    before = row or newest(body.name)
    if before is not None and source != before.source and _numbers(body.guidance.version) <= _numbers(before.version):
        which = "the one in force" if row else "the one that was removed"
        advice = f"the body differs from {which}, which is {before.version} already: give it a greater version"
        raise PolicyError(body.source.problem(("guidance", "version"), advice))


def check_may_own(body: Body) -> None:
    """Whoever approves changes something. Raises PolicyError."""
    if body.guidance.owner == roles.AUDITORS:
        raise PolicyError(body.source.problem(("guidance", "owner"), roles.AUDITORS_ONLY_READ))


def check_has_owners(body: Body) -> None:
    """Somebody must be able to approve its changes. Raises PolicyError."""
    check_may_own(body)
    owner = body.guidance.owner
    if not people_in(owner):
        advice = f"there is nobody in the group {owner}, or no such group, so nobody could approve"
        raise PolicyError(body.source.problem(("guidance", "owner"), advice))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def problem_json(problem: Problem) -> dict[str, object]:
    return {"message": str(problem), "file": problem.file, "line": problem.line, "column": problem.column}
