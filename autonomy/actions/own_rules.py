"""Actions that change the product's own rules: planned by comparing, done in one statement with the end of the request."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from audit import names
from audit.actor import Actor
from audit.ledger import Change
from autonomy.actions.agreed import approved_by, asked_by
from autonomy.actions.base import Action, ActionFailed, Ask, Draft, Drifted, Object, Outcome, Parameters, Target
from autonomy.errors import BadTarget
from autonomy.models import Rule
from clusters import drift
from guidance.models import Policy

Row = Rule | Policy
SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?")
SLUG_FORM = "lower-case letters, digits and dashes, at most 50"


class RuleParameters(Parameters):
    """What every rule has in common."""

    remove: bool = False


P = TypeVar("P", bound=RuleParameters)


class RuleAction(Action[P]):
    """Creates, replaces or removes one row of the product's own rules; the target's name is its slug."""

    in_cluster = False
    model: ClassVar[type[Row]]

    def values(self, target: Target, parameters: P, row: Row | None) -> Mapping[str, Any] | None:  # noqa: ARG002
        """The new fields of the row (None: there is none yet), or None to remove it. As a rule all that the parameters say."""
        return None if parameters.remove else parameters.model_dump(exclude={"remove"})

    def check(self, target: Target, parameters: P) -> None:  # noqa: ARG002
        """Subclasses add what is particular to their rules."""
        if not SLUG.fullmatch(target.name):
            raise BadTarget(f"{target.name!r} cannot name a {self.kind}: {SLUG_FORM}.", pointer="/target/name")

    def plan(self, ask: Ask[P]) -> Draft:
        return self._draft(ask, self._row(ask))

    def execute(self, ask: Ask[P]) -> Outcome:
        return self._change(ask, self._row(ask))

    def execute_approved(self, ask: Ask[P], approved: Draft) -> Outcome:
        """The row is read once: the change is optimistic on its stream, so what was compared is what is changed."""
        row = self._row(ask)
        draft = self._draft(ask, row)
        if draft.digest != approved.digest:
            raise Drifted(draft)
        return self._change(ask, row)

    def _row(self, ask: Ask[P]) -> Row | None:
        return self.model._default_manager.filter(slug=ask.target.name).first()

    def _draft(self, ask: Ask[P], row: Row | None) -> Draft:
        before, after = None if row is None else self._fields_of(row), self.values(ask.target, ask.parameters, row)
        if before is None and after is None:
            raise ActionFailed(f"There is no {ask.target.kind} {ask.target.name} to remove.", reason="NotFound")
        new = None if after is None else dict(after)
        return Draft(target=ask.target, uid=None, before=before, after=new, diff=drift.unified(before, new))

    def _fields_of(self, row: Row) -> Object:
        own = {"id", "seq", "head", "slug"}
        return {field.attname: getattr(row, field.attname) for field in self.model._meta.concrete_fields if field.name not in own}

    def _change(self, ask: Ask[P], row: Row | None) -> Outcome:
        values = self.values(ask.target, ask.parameters, row)
        kind, actor = ask.target.kind, Actor.worker()
        data = {
            "slug": ask.target.name,
            "request": ask.id,
            "asked_by": asked_by(ask),
            "approved_by": approved_by(ask),
            "values": values,
        }
        if row is None:
            row = names.under(self.model(slug=ask.target.name), ask.target.name)
            return Outcome(_result(ask, "created"), changes=[Change(row, f"{kind}.created", actor, data).set(**(values or {}))])
        if values is None:
            return Outcome(_result(ask, "removed"), changes=[Change(row, f"{kind}.removed", actor, data).remove_subject()])
        return Outcome(_result(ask, "replaced"), changes=[Change(row, f"{kind}.replaced", actor, data).set(**values)])


def _result(ask: Ask[P], what: str) -> dict[str, object]:
    return {"message": f"The {ask.target.kind} {ask.target.name} was {what}.", what: True}
