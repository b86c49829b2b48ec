"""The words of the gateway: objects as plain dictionaries, references to them, preconditions, and where each kind lives in the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import quote

from clusters.errors import Invalid, UnknownKind

Object = dict[str, Any]
"""A Kubernetes object as JSON. Its shape is the API server's business: typed models would drop the fields that they do not know."""


@dataclass(frozen=True)
class Resource:
    """Where the objects of one kind live in the API."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool = True

    @property
    def prefix(self) -> str:
        return f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"

    def collection(self, namespace: str | None) -> str:
        """Path of all objects of this kind, in one namespace or (None) in all of them."""
        if namespace and self.namespaced:
            return f"{self.prefix}/namespaces/{_step(namespace)}/{self.plural}"
        return f"{self.prefix}/{self.plural}"


def _step(name: str) -> str:
    """One step of a path. Raises Invalid for what would lead to another object, or to all of them."""
    if name in ("", ".", ".."):
        raise Invalid(f"{name!r} is no name of an object.")
    return quote(name, safe="")


RESOURCES: Mapping[str, Resource] = {
    resource.kind: resource
    for resource in (
        Resource("v1", "Namespace", "namespaces", namespaced=False),
        Resource("v1", "Pod", "pods"),
        Resource("v1", "Service", "services"),
        Resource("v1", "ConfigMap", "configmaps"),
        Resource("v1", "Event", "events"),
        Resource("v1", "ResourceQuota", "resourcequotas"),
        Resource("v1", "LimitRange", "limitranges"),
        Resource("apps/v1", "Deployment", "deployments"),
        Resource("apps/v1", "ReplicaSet", "replicasets"),
        Resource("apps/v1", "StatefulSet", "statefulsets"),
        Resource("apps/v1", "DaemonSet", "daemonsets"),
        Resource("batch/v1", "Job", "jobs"),
        Resource("batch/v1", "CronJob", "cronjobs"),
        Resource("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
        Resource("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
        Resource("rbac.authorization.k8s.io/v1", "Role", "roles"),
        Resource("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
        Resource("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", namespaced=False),
        Resource("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", namespaced=False),
    )
}


def resource_of(kind: str, api_version: str | None = None) -> Resource:
    """Raises UnknownKind for a kind, or a version of it, that this product does not handle."""
    resource = RESOURCES.get(kind)
    if resource is None:
        raise UnknownKind(f"Objects of kind {kind!r} are not handled here; known kinds: {', '.join(sorted(RESOURCES))}.")
    if api_version is not None and api_version != resource.api_version:
        raise UnknownKind(f"{kind} is handled as {resource.api_version}, not as {api_version!r}.")
    return resource


@dataclass(frozen=True)
class Ref:
    """The name of one object in one cluster; `namespace` is None for objects of the whole cluster."""

    api_version: str
    kind: str
    namespace: str | None
    name: str

    @classmethod
    def to(cls, kind: str, name: str, namespace: str | None = None) -> Self:
        """A reference to an object of a known kind, in the version of it that is handled here. Raises UnknownKind."""
        return cls(resource_of(kind).api_version, kind, namespace, name)

    @classmethod
    def of(cls, manifest: Object) -> Self:
        """The object that a manifest describes. Raises Invalid when it does not say which."""
        metadata = manifest.get("metadata") or {}
        api_version, kind, name = manifest.get("apiVersion"), manifest.get("kind"), metadata.get("name")
        if not (api_version and kind and name):
            raise Invalid("A manifest needs apiVersion, kind and metadata.name.")
        return cls(api_version, kind, metadata.get("namespace"), name)

    @property
    def path(self) -> str:
        """Raises UnknownKind, and Invalid for names that lead elsewhere: without its namespace or its name an object has no address."""
        resource = resource_of(self.kind, self.api_version)
        if resource.namespaced and not self.namespace:
            raise Invalid(f"{self.kind} {self.name} needs a namespace.")
        return f"{resource.collection(self.namespace)}/{_step(self.name)}"

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Precondition:
    """The write happens only to the object with this uid in exactly this version; the API server checks it in the same step."""

    uid: str | None
    resource_version: str

    @classmethod
    def must_not_exist(cls) -> Self:
        """Version "1" is before any object: a missing object is created, one that is there is never in that version."""
        return cls(uid=None, resource_version="1")

    @classmethod
    def unchanged(cls, obj: Object) -> Self:
        """Exactly this object, as it was read."""
        return cls(obj["metadata"]["uid"], obj["metadata"]["resourceVersion"])

    def metadata(self) -> dict[str, str]:
        """What a write carries in its `metadata`."""
        uid = {"uid": self.uid} if self.uid else {}
        return {**uid, "resourceVersion": self.resource_version}


@dataclass(frozen=True)
class Written:
    """What the API server answered to a write: the object as it is now (dry run: as it would be), and its advice to people."""

    object: Object
    warnings: tuple[str, ...] = ()
    created: bool = False


class ListResult(NamedTuple):
    """All objects of a list, and the version to watch from."""

    items: list[Object]
    resource_version: str


@dataclass(frozen=True)
class WatchEvent:
    """One change. A BOOKMARK's object carries only the version that the watch has reached."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
    object: Object
