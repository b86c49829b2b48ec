"""Policies that an installation starts with, straight from their files."""

from collections.abc import Sequence

from accounts.models import Group
from audit import names
from audit.actor import Actor
from audit.ledger import Change, commit
from guidance.documents.source import PolicyError
from guidance.models import Policy
from guidance.policies.policy import Policy as Body
from guidance.services.bodies import check_is_newer, check_may_own, reserved
from guidance.services.policies import values_of


def load_policies(bodies: Sequence[Body], *, actor: Actor) -> list[str]:
    """Put these into force, only while there is no policy; say what was done and what was left out."""
    if Policy.objects.exists():
        return ["policies: there are some, so they change by approval only"]
    groups = set(Group.objects.values_list("slug", flat=True))
    obstacles = {body.name: _obstacle(body, groups) for body in bodies}
    fit = [body for body in bodies if not obstacles[body.name]]
    if fit:
        commit(*(_loaded(body, actor) for body in fit))
    left = [f"Policy {name}: left out, {obstacle}" for name, obstacle in obstacles.items() if obstacle]
    return left + [f"Policy {body.name}" for body in fit]


def _obstacle(body: Body, groups: set[str]) -> str:
    """Why it cannot come into force here; empty when it can."""
    if body.guidance.owner not in groups:
        return f"there is no group {body.guidance.owner}"
    if taken := reserved(body):
        return str(taken)
    try:
        check_may_own(body)
        check_is_newer(body, body.text, None)
    except PolicyError as error:
        return str(error)
    return ""


def _loaded(body: Body, actor: Actor) -> Change:
    """A policy comes into force as its file says."""
    about = body.guidance
    values = values_of(body.text, version=about.version, owner=about.owner, enforcement=about.enforcement)
    row = names.under(Policy(slug=body.name), body.name)
    return Change(row, "Policy.loaded", actor, {"slug": body.name, "values": values}).set(**values)
