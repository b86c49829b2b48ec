"""Apply the manifests that we ship, over plain HTTP."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import yaml

from devstack.processes import REPOSITORY, Failure

RBAC = REPOSITORY / "deploy" / "rbac"

COLLECTIONS = {
    "Namespace": "api/v1/namespaces",
    "Node": "api/v1/nodes",
    "ServiceAccount": "api/v1/namespaces/{namespace}/serviceaccounts",
    "ClusterRole": "apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "ValidatingAdmissionPolicy": "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
}

Manifest = Mapping[str, Any]


def read(*files: Path) -> Iterator[Manifest]:
    for file in files:
        yield from yaml.safe_load_all(file.read_text())


def apply(client: httpx.Client, manifest: Manifest, *, subresource: str = "") -> None:
    """Server-side apply of one object. Raises Failure with the server's reason."""
    metadata = manifest["metadata"]
    collection = COLLECTIONS[manifest["kind"]].format_map(metadata)
    answer = client.patch(
        f"/{collection}/{metadata['name']}{subresource}",
        params={"fieldManager": "devstack", "force": "true", "fieldValidation": "Strict"},
        headers={"Content-Type": "application/apply-patch+yaml"},
        content=yaml.safe_dump(dict(manifest)),
    )
    if not answer.is_success:
        raise Failure(f"the control plane refused {manifest['kind']} {metadata['name']}: {answer.json()['message']}")
