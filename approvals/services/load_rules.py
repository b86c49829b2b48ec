"""The rules that an installation starts with: loaded directly only while their table is empty, changed by approval ever after."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from approvals.actions.approval_rule_set import ApprovalRuleSet
from audit import names
from audit.actor import Actor
from audit.ledger import Change, commit
from autonomy.actions.base import Target
from autonomy.actions.boundary_set import BoundarySet
from autonomy.actions.own_rules import RuleAction
from autonomy.catalogue import parse
from guidance.policies.load import MAIN_PACK, load_pack
from guidance.services.loading import load_policies

DEFAULTS = Path(__file__).resolve().parent.parent.parent
FILES: Sequence[tuple[RuleAction[Any], Path]] = (
    (BoundarySet(), DEFAULTS / "autonomy/defaults/boundaries.yaml"),
    (ApprovalRuleSet(), DEFAULTS / "approvals/defaults/approval-rules.yaml"),
)


class RulesAreThere(Exception):
    """The table is not empty: its rules change by approval only."""


def load_defaults(*, actor: Actor) -> list[str]:
    """Load what ships with the product into tables that are still empty; say what was loaded and what was left alone."""
    done = load_policies(load_pack(MAIN_PACK), actor=actor)
    for action, path in FILES:
        try:
            done += [f"{action.kind} {slug}" for slug in load_rules(action, path, actor=actor)]
        except RulesAreThere as error:
            done.append(str(error))
    return done


def load_rules(action: RuleAction[Any], path: Path, *, actor: Actor) -> list[str]:
    """Load one file of rules. Raises RulesAreThere, and BadParameters for a rule that `…-set` would refuse too."""
    model = action.model
    if model._default_manager.exists():
        raise RulesAreThere(f"{model._meta.verbose_name_plural}: there are some, so they change by {action.name} only")
    entries = yaml.safe_load(path.read_text(encoding="utf8"))
    commit(*(_creation(action, entry, actor) for entry in entries))
    return [entry["slug"] for entry in entries]


def _creation(action: RuleAction[Any], entry: Mapping[str, Any], actor: Actor) -> Change:
    slug = entry["slug"]
    parameters = parse(action, {name: value for name, value in entry.items() if name != "slug"})
    target = Target("", "", action.kind, slug)
    action.check(target, parameters)
    values = action.values(target, parameters, None)
    row = names.under(action.model(slug=slug), slug)
    return Change(row, f"{action.kind}.loaded", actor, {"slug": slug, "values": values}).set(**(values or {}))
