"""approval-rule.set: create, replace or remove an approval rule."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from accounts import roles
from accounts.models import Group
from accounts.services.groups import people_in
from approvals.models import ApprovalRule
from autonomy.actions.base import ActionFailed, Ask, Draft, Target
from autonomy.actions.boundary_set import Patterns
from autonomy.actions.own_rules import Row, RuleAction, RuleParameters
from autonomy.boundaries import any_matches
from autonomy.errors import BadParameters
from autonomy.models import Level


class ApprovalRuleParameters(RuleParameters):
    """All fields of the rule, or only `remove`. Empty lists match everything."""

    actions: Patterns = []
    environments: Patterns = []
    namespaces: Patterns = []
    needs: Annotated[
        dict[str, Annotated[int, Field(ge=1, le=20)]], Field(max_length=10, description='Approvals per group: {"security": 2}.')
    ] = {}
    expires_after_hours: Annotated[int, Field(ge=1, le=24 * 90)] = 72
    slack_channel: Annotated[str, Field(max_length=32)] = ""

    @model_validator(mode="after")
    def _somebody_is_asked(self) -> Self:
        if not self.remove and not self.needs:
            raise ValueError("`needs` must name at least one group")
        return self


class ApprovalRuleSet(RuleAction[ApprovalRuleParameters]):
    name = "approval-rule.set"
    title = "Change an approval rule"
    kind = "ApprovalRule"
    level = Level.RESTRICTED
    model = ApprovalRule
    Parameters = ApprovalRuleParameters

    def check(self, target: Target, parameters: ApprovalRuleParameters) -> None:
        super().check(target, parameters)
        known = set(Group.objects.filter(pk__in=parameters.needs).values_list("pk", flat=True))
        if unknown := sorted(set(parameters.needs) - known):
            raise BadParameters(f"parameters.needs: there is no group {', '.join(unknown)}.", pointer=f"/parameters/needs/{unknown[0]}")
        if roles.AUDITORS in parameters.needs:
            raise BadParameters(f"parameters.needs: {roles.AUDITORS_ONLY_READ}.", pointer=f"/parameters/needs/{roles.AUDITORS}")
        for group, required in parameters.needs.items():
            there = people_in(group)
            if there < required:
                detail = f"parameters.needs: {group} has {there} people, so {required} of them could never approve."
                raise BadParameters(detail, pointer=f"/parameters/needs/{group}")

    def _draft(self, ask: Ask[ApprovalRuleParameters], row: Row | None) -> Draft:
        """A change after which no rule matched `approval-rule.set` itself would be the last one ever."""
        others = ApprovalRule.objects.exclude(slug=ask.target.name).values_list("actions", "environments", "namespaces")
        rules = [*others]
        if not ask.parameters.remove:
            rules.append((ask.parameters.actions, ask.parameters.environments, ask.parameters.namespaces))
        if not any(
            any_matches(actions, self.name) and any_matches(places, "") and any_matches(spaces, "") for actions, places, spaces in rules
        ):
            hint = f"Add another rule that matches {self.name} first."
            raise ActionFailed(f"No approval rule would match {self.name} any more.", reason="LockOut", hint=hint)
        return super()._draft(ask, row)
