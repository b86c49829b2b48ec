"""quota.set: some hard limits of a ResourceQuota; its other keys stay as they are."""

from typing import Annotated

from pydantic import Field, StringConstraints

from autonomy.actions.base import Ask, Parameters
from autonomy.actions.in_cluster import ClusterAction
from autonomy.models import Level
from clusters.gateway import Gateway
from clusters.objects import Precondition, Written

QUANTITY = r"^[+-]?(\d+|\d+\.\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$"
"""Kubernetes' resource.Quantity."""
RESOURCE = r"^[a-z0-9A-Z./_-]{1,253}$"


class QuotaParameters(Parameters):
    hard: Annotated[
        dict[Annotated[str, StringConstraints(pattern=RESOURCE)], Annotated[str, StringConstraints(pattern=QUANTITY)]],
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
