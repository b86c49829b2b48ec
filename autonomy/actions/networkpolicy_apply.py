"""networkpolicy.apply: create or update a NetworkPolicy from a manifest."""

from autonomy.actions.manifests import ApplyManifest
from autonomy.models import Level


class NetworkPolicyApply(ApplyManifest):
    name = "networkpolicy.apply"
    title = "Create or update a NetworkPolicy"
    kind = "NetworkPolicy"
    level = Level.RESTRICTED
