"""deployment.apply: create or update a Deployment from a manifest."""

from autonomy.actions.manifests import ApplyManifest
from autonomy.models import Level


class DeploymentApply(ApplyManifest):
    name = "deployment.apply"
    title = "Create or update a Deployment"
    kind = "Deployment"
    level = Level.GUIDED
    rolls_out = True
