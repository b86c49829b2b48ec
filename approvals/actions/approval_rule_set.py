"""approval-rule.set: create, replace or remove an approval rule."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from accounts.models import Group
from approvals.models import ApprovalRule
from autonomy.actions.base import Parameters, Target
from autonomy.actions.boundary_set import Patterns
from autonomy.actions.own_rules import RuleAction
from autonomy.errors import BadParameters
from autonomy.models import Level


class ApprovalRuleParameters(Parameters):
    """All fields of the rule, or only `remove`. Empty lists match everything."""

    actions: Patterns = []
    environments: Patterns = []
    namespaces: Patterns = []
    needs: Annotated[
        dict[str, Annotated[int, Field(ge=1, le=20)]], Field(max_length=10, description='Approvals per group: {"security": 2}.')
    ] = {}
    expires_after_hours: Annotated[int, Field(ge=1, le=24 * 90)] = 72
    slack_channel: Annotated[str, Field(max_length=32)] = ""
    remove: bool = False

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

    def values(self, parameters: ApprovalRuleParameters) -> Mapping[str, Any] | None:
        return None if parameters.remove else parameters.model_dump(exclude={"remove"})
