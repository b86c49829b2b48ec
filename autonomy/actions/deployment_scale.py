"""deployment.scale: another number of replicas."""

from typing import Annotated

from pydantic import Field

from autonomy.actions.base import Ask, Parameters
from autonomy.actions.in_cluster import ClusterAction
from autonomy.models import Level
from clusters.gateway import Gateway
from clusters.objects import Object, Precondition, Written


class ScaleParameters(Parameters):
    replicas: Annotated[int, Field(ge=0, le=1000, description="How many pods there should be.")]


class DeploymentScale(ClusterAction[ScaleParameters]):
    name = "deployment.scale"
    title = "Scale a Deployment"
    kind = "Deployment"
    level = Level.FULL
    Parameters = ScaleParameters

    def write(self, ask: Ask[ScaleParameters], cluster: Gateway, *, dry_run: bool, precondition: Precondition | None) -> Written:
        return cluster.scale(self.ref(ask), ask.parameters.replicas, dry_run=dry_run, precondition=precondition)

    def done(self, ask: Ask[ScaleParameters], written: Written) -> str:  # noqa: ARG002
        replicas = ask.parameters.replicas
        return f"The Deployment {ask.target.name} is scaled to {replicas} {'replica' if replicas == 1 else 'replicas'}."

    def after(self, ask: Ask[ScaleParameters], before: Object | None, written: Written) -> Object:
        """The answer is a Scale; what people review is the Deployment."""
        if before is None:
            return written.object
        return {**before, "spec": {**before["spec"], "replicas": ask.parameters.replicas}}
