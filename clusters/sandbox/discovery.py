"""What clients ask first: which groups, versions and kinds there are."""

from clusters.objects import Object, Resource
from clusters.sandbox.kinds import KINDS, SCALABLE, group_of

VERSION = "v1.34.4"
_VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


def discovered(path: str) -> Object | None:
    """The discovery document at this path; None where there is none."""
    return _DOCUMENTS.get(path.rstrip("/"))


def _documents() -> dict[str, Object]:
    versions = sorted({resource.api_version for resource in KINDS.values() if group_of(resource)})
    release = {"major": "1", "minor": "34", "gitVersion": VERSION, "platform": "sandbox"}
    lists = {resource.prefix: _resource_list(resource.api_version) for resource in KINDS.values()}
    return {
        "/version": release,
        "/api": {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(version) for version in versions]},
        **lists,
    }


def _group(api_version: str) -> Object:
    group, _, version = api_version.partition("/")
    known = {"groupVersion": api_version, "version": version}
    return {"name": group, "versions": [known], "preferredVersion": known}


def _resource_list(api_version: str) -> Object:
    resources = [entry for resource in KINDS.values() if resource.api_version == api_version for entry in _entries(resource)]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api_version, "resources": resources}


def _entries(resource: Resource) -> list[Object]:
    own = {
        "name": resource.plural,
        "singularName": resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": _VERBS,
    }
    scale = {
        "name": f"{resource.plural}/scale", "singularName": "", "namespaced": True, "group": "autoscaling", "version": "v1",
        "kind": "Scale", "verbs": ["get", "patch", "update"],
    }  # fmt: skip
    return [own, scale] if resource.kind in SCALABLE else [own]


_DOCUMENTS = _documents()
