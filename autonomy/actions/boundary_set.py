"""boundary.set: create, replace or remove a boundary."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from autonomy.actions.base import Target
from autonomy.actions.own_rules import RuleAction, RuleParameters
from autonomy.errors import BadParameters
from autonomy.models import Boundary, Level
from autonomy.rulebook import CONDITION_VARIABLES
from guidance.expressions import cel

Patterns = Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(max_length=100)]


class BoundaryParameters(RuleParameters):
    """All fields of the boundary, or only `remove`. Empty lists match everything."""

    level: Annotated[int, Field(ge=1, le=3, description="1 Full, 2 Guided, 3 Restricted.")] = 3
    actions: Patterns = []
    environments: Patterns = []
    namespaces: Patterns = []
    kinds: Patterns = []
    condition: Annotated[str, Field(max_length=2000, description="CEL over action, target and parameters.")] = ""
    reason: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _who_restricts_says_why(self) -> Self:
        if not self.remove and self.level > Level.FULL and not self.reason.strip():
            raise ValueError("a boundary that restricts must state its reason")
        return self


class BoundarySet(RuleAction[BoundaryParameters]):
    name = "boundary.set"
    title = "Change an autonomy boundary"
    kind = "Boundary"
    level = Level.RESTRICTED
    model = Boundary
    Parameters = BoundaryParameters

    def check(self, target: Target, parameters: BoundaryParameters) -> None:
        super().check(target, parameters)
        if not parameters.condition:
            return
        try:
            cel.compile(parameters.condition, CONDITION_VARIABLES)
        except cel.ExpressionError as error:
            raise BadParameters(f"parameters.condition: {error}", pointer="/parameters/condition") from error
