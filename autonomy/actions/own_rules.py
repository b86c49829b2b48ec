"""Actions that change the product's own rules: planned by comparing, done in one statement with the end of the request."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from audit.actor import Actor
from audit.ledger import Change
from autonomy.actions.base import Action, ActionFailed, Ask, Draft, Drifted, Object, Outcome, P
from autonomy.models import Rule
from clusters import drift


class RuleAction(Action[P]):
    """Creates, replaces or removes one row of the product's own rules; the target's name is its slug."""

    in_cluster = False
    model: ClassVar[type[Rule]]

    @abstractmethod
    def values(self, parameters: P) -> Mapping[str, Any] | None:
        """The row's new fields, or None to remove it."""

    def plan(self, ask: Ask[P]) -> Draft:
        before, after = self._before(self._row(ask)), self.values(ask.parameters)
        if before is None and after is None:
            raise ActionFailed(f"There is no {ask.target.kind} {ask.target.name} to remove.", reason="NotFound")
        new = None if after is None else dict(after)
        return Draft(target=ask.target, uid=None, before=before, after=new, diff=drift.unified(before, new))

    def execute(self, ask: Ask[P]) -> Outcome:
        return self._change(ask)

    def execute_approved(self, ask: Ask[P], approved: Draft) -> Outcome:
        """Comparing and changing cannot be torn apart: the change is optimistic on the row's own stream."""
        draft = self.plan(ask)
        if draft.digest != approved.digest:
            raise Drifted(draft)
        return self._change(ask)

    def _row(self, ask: Ask[P]) -> Rule | None:
        return self.model._default_manager.filter(slug=ask.target.name).first()

    def _before(self, row: Rule | None) -> Object | None:
        return None if row is None else {name: getattr(row, name) for name in self.fields()}

    def fields(self) -> list[str]:
        return sorted(field.name for field in self.model._meta.concrete_fields if field.name not in {"id", "seq", "head", "slug"})

    def _change(self, ask: Ask[P]) -> Outcome:
        row, values = self._row(ask), self.values(ask.parameters)
        kind, actor = ask.target.kind, Actor.worker()
        data = {"slug": ask.target.name, "request": ask.id, "values": values}
        if row is None:
            row = self.model(slug=ask.target.name)
            return Outcome({"created": True}, changes=[Change(row, f"{kind}.created", actor, data).set(**(values or {}))])
        if values is None:
            return Outcome({"removed": True}, changes=[Change(row, f"{kind}.removed", actor, data).remove_subject()])
        return Outcome({"replaced": True}, changes=[Change(row, f"{kind}.replaced", actor, data).set(**values)])
