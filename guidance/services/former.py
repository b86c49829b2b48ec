"""What a manifest replaces: the object of its kind and name that is there, for policies that judge an update otherwise than a creation."""

from collections.abc import Mapping

from clusters.objects import RESOURCES, Ref
from guidance.services.live import KINDS as WORKLOADS

KINDS = frozenset({*WORKLOADS, "HorizontalPodAutoscaler", "LimitRange", "Namespace", "NetworkPolicy", "ResourceQuota"})
"""What the credential of the web processes may read (deploy/rbac/web.yaml). Other kinds no action writes: they count as new."""


def ref_of(manifest: Mapping[str, object], namespace: str) -> Ref | None:
    """Where it is; None for what has no name yet, whose place nobody has said, and what is not read here."""
    kind, metadata = manifest.get("kind"), manifest.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    resource = RESOURCES[kind] if isinstance(kind, str) and kind in KINDS else None
    if resource is None or resource.api_version != manifest.get("apiVersion") or not isinstance(name, str) or not name:
        return None
    if not resource.namespaced:
        return Ref.to(resource.kind, name)
    return Ref.to(resource.kind, name, namespace) if namespace else None
