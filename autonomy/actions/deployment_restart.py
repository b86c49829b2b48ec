"""deployment.restart: new pods of the same template."""

from datetime import datetime
from typing import Any

from audit import canonical
from autonomy.actions.base import ActionFailed, Ask, Parameters
from autonomy.actions.in_cluster import ClusterAction
from autonomy.models import Level
from clusters.gateway import Gateway
from clusters.objects import Precondition, Written

ANNOTATION = "kubectl.kubernetes.io/restartedAt"


class NoParameters(Parameters):
    """Nothing to say."""


class DeploymentRestart(ClusterAction[NoParameters]):
    name = "deployment.restart"
    title = "Restart a Deployment"
    kind = "Deployment"
    level = Level.FULL
    rolls_out = True
    Parameters = NoParameters

    def fix(self, *, now: datetime) -> dict[str, Any]:
        """The stamp has fractions of a second: with kubectl's whole seconds, the second of two quick restarts would do nothing."""
        return {"restarted_at": canonical.utc_text(now)}

    def write(self, ask: Ask[NoParameters], cluster: Gateway, *, dry_run: bool, precondition: Precondition | None) -> Written:
        current = cluster.get(self.ref(ask))
        if current["spec"].get("paused"):
            raise ActionFailed(
                "The Deployment is paused: a restart would wait until it is resumed.", reason="Paused", hint="Resume it first."
            )
        patch = {"spec": {"template": {"metadata": {"annotations": {ANNOTATION: ask.fixed["restarted_at"]}}}}}
        return cluster.merge_patch(self.ref(ask), patch, dry_run=dry_run, precondition=precondition)

    def done(self, ask: Ask[NoParameters], written: Written) -> str:  # noqa: ARG002
        return f"The Deployment {ask.target.name} replaces its pods with new ones."
