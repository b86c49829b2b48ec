"""Whether this version of the product can judge by the rules that are stored, which another version may have accepted."""

from collections.abc import Iterator

from autonomy.models import Boundary
from autonomy.rulebook import CONDITION_VARIABLES
from guidance.expressions import cel
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.examples import problems
from guidance.models import Policy
from guidance.services.policies import as_judging


def unreadable() -> list[str]:
    """What is wrong with the policies and boundaries that it does not read: they fail closed, or follow their failurePolicy."""
    return [*(str(problem) for policy in _policies() for problem in policy.broken), *_boundaries()]


def misjudging() -> list[str]:
    """What policies say of their own examples that these do not expect: the engine judges otherwise than it did."""
    return [str(problem) for policy in _policies() if not policy.broken for problem in problems(policy)]


def _policies() -> Iterator[CompiledPolicy]:
    """Only columns that there always were are read: the database may be that of the version before."""
    return map(as_judging, Policy.objects.only("slug", "source", "version", "owner", "enforcement"))


def _boundaries() -> Iterator[str]:
    for slug, condition in Boundary.objects.exclude(condition="").values_list("slug", "condition"):
        try:
            cel.compile(condition, CONDITION_VARIABLES)
        except cel.ExpressionError as error:
            yield f"boundary {slug}: its condition does not compile: {error}"
