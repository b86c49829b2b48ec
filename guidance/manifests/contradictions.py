"""Values of a pod that do not go together, though each is fine by itself: an API server refuses them, or changes one of them back.

No fix may lead to them. Kubernetes has it in pkg/apis/core (validation and v1/defaults.go; here of 1.34).
"""

from collections.abc import Iterator

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import Token, find
from guidance.manifests.filling import Object, mapping
from guidance.manifests.resources import CONTAINER_LISTS, resource

Path = tuple[Token, ...]
Pair = tuple[Path, Path]
"""A value, and another one that is in its way."""
APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
APP_ARMOR_TYPES = {"unconfined": "Unconfined", "runtime/default": "RuntimeDefault"}
NETWORK: Path = ("spec", "hostNetwork")
WINDOWS: Path = ("securityContext", "windowsOptions", "hostProcess")


def contradictions(manifest: JsonValue) -> frozenset[Pair]:
    """Nothing for what makes no pods."""
    document = mapping(manifest)
    at = resource(str(document.get("apiVersion")), str(document.get("kind"))).pod_at
    if at is None:
        return frozenset()
    pod = mapping(find(manifest, at))
    containers = list(_containers(pod))
    every = (*_escalation(containers), *_host_process(pod, containers), *_app_armor(pod, containers), *_host_ports(pod, containers))
    return frozenset(((*at, *value), (*at, *in_its_way)) for value, in_its_way in every)


def _containers(pod: Object) -> Iterator[tuple[Path, Object]]:
    for name in CONTAINER_LISTS:
        some = mapping(pod.get("spec")).get(name)
        for index, container in enumerate(some if isinstance(some, list) else []):
            yield ("spec", name, index), mapping(container)


def _escalation(containers: list[tuple[Path, Object]]) -> Iterator[Pair]:
    for path, container in containers:
        security, at = mapping(container.get("securityContext")), (*path, "securityContext")
        if security.get("allowPrivilegeEscalation") is not False:
            continue
        if security.get("privileged") is True:
            yield (*at, "allowPrivilegeEscalation"), (*at, "privileged")
        added = mapping(security.get("capabilities")).get("add")
        if isinstance(added, list) and "CAP_SYS_ADMIN" in added:
            yield (*at, "allowPrivilegeEscalation"), (*at, "capabilities", "add")


def _host_process(pod: Object, containers: list[tuple[Path, Object]]) -> Iterator[Pair]:
    """All containers of a pod are processes of the node, in its network, or none is."""
    general = find(pod, ("spec", *WINDOWS))
    places: list[tuple[Path, JsonValue]] = [(("spec", *WINDOWS), general)]
    places += [((*path, *WINDOWS), find(container, WINDOWS)) for path, container in containers]
    said = [value for _, value in places if value is not None]
    alike = all(value is True for value in said) and (general is True or len(said) == len(containers))
    if True in said and not (alike and find(pod, NETWORK) is True):
        yield from ((NETWORK, path) for path, value in places if value is True)


def _app_armor(pod: Object, containers: list[tuple[Path, Object]]) -> Iterator[Pair]:
    """The annotation of old versions says the same as the field."""
    annotations = mapping(find(pod, ("metadata", "annotations")))
    general = find(pod, ("spec", "securityContext", "appArmorProfile"))
    for path, container in containers:
        written = annotations.get(f"{APP_ARMOR}{container.get('name')}")
        profile = mapping(find(container, ("securityContext", "appArmorProfile")) or general)
        if isinstance(written, str) and profile and profile.get("type") != APP_ARMOR_TYPES.get(written, "Localhost"):
            yield (*path, "securityContext", "appArmorProfile"), ("metadata", "annotations")


def _host_ports(pod: Object, containers: list[tuple[Path, Object]]) -> Iterator[Pair]:
    """In the node's network every port of a container is one of the node, whether it says so or not."""
    if find(pod, NETWORK) is not True:
        return
    for path, container in containers:
        ports = container.get("ports")
        for index, port in enumerate(ports if isinstance(ports, list) else []):
            if not mapping(port).get("hostPort"):
                yield (*path, "ports", index, "hostPort"), NETWORK
