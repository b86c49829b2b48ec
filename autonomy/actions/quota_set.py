"""quota.set: some hard limits of a ResourceQuota; its other keys stay as they are."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from autonomy.actions.base import Ask, Parameters
from autonomy.actions.in_cluster import ClusterAction
from autonomy.models import Level
from clusters.gateway import Gateway
from clusters.objects import Precondition, Written

QUANTITY = r"^[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"
"""Kubernetes' resource.Quantity."""
RESOURCE = r"^[a-z0-9A-Z./_-]{1,253}$"
SHOWN = 40
"""So much of what was sent is repeated in an error."""


def _quantity(text: str) -> str:
    examples = '"8" or "500m" (half of one) for CPU, "16Gi" for memory, "40" for a number of pods'
    return _matching(QUANTITY, text, f"is no quantity: write a number and its unit in one, such as {examples}")


def _resource(text: str) -> str:
    return _matching(RESOURCE, text, 'names no resource: write it as the quota has it, such as "requests.cpu", "limits.memory" or "pods"')


def _matching(pattern: str, text: str, otherwise: str) -> str:
    if not re.fullmatch(pattern.removesuffix("$"), text):
        raise PydanticCustomError("not_of_this_form", "{text} {otherwise}", {"text": repr(text[:SHOWN]), "otherwise": otherwise})
    return text


class QuotaParameters(Parameters):
    hard: Annotated[
        dict[
            Annotated[str, Field(json_schema_extra={"pattern": RESOURCE}), AfterValidator(_resource)],
            Annotated[str, Field(json_schema_extra={"pattern": QUANTITY}), AfterValidator(_quantity)],
        ],
        Field(min_length=1, max_length=100, description='Limits by resource, such as {"requests.cpu": "8"}.'),
    ]


class QuotaSet(ClusterAction[QuotaParameters]):
    name = "quota.set"
    title = "Change a namespace's quota"
    kind = "ResourceQuota"
    level = Level.RESTRICTED
    Parameters = QuotaParameters

    def write(self, ask: Ask[QuotaParameters], cluster: Gateway, *, dry_run: bool, precondition: Precondition | None) -> Written:
        """A merge patch, not an apply: applying a part would remove the keys that are left out."""
        return cluster.merge_patch(self.ref(ask), {"spec": {"hard": ask.parameters.hard}}, dry_run=dry_run, precondition=precondition)

    def done(self, ask: Ask[QuotaParameters], written: Written) -> str:  # noqa: ARG002
        limits = ", ".join(f"{resource} {quantity}" for resource, quantity in sorted(ask.parameters.hard.items()))
        return f"The ResourceQuota {ask.target.name} allows {limits}."
