"""ResourceQuota: what is used in a namespace, and who may still come in."""

from collections.abc import Iterable
from decimal import Decimal

from clusters.objects import Object
from clusters.sandbox.kinds import KINDS, qualified
from clusters.sandbox.quantities import ZERO, Amounts, added, parse, pod_resources, text
from clusters.sandbox.refusals import forbidden
from clusters.sandbox.store import Store

_COUNTED = {qualified(resource): kind for kind, resource in KINDS.items()}
_PLAIN = {"services": "Service", "configmaps": "ConfigMap", "secrets": "Secret", "resourcequotas": "ResourceQuota"}
_PER_CONTAINER = ("cpu", "memory", "ephemeral-storage")


def admit(store: Store, obj: Object) -> None:
    """Raises Refused (403) when a quota of the namespace has no room for one more such object, or needs to know what a pod asks for."""
    namespace, resource = obj["metadata"].get("namespace", ""), KINDS[obj["kind"]]
    need = _need(obj)
    for quota in store.all("ResourceQuota", namespace):
        hard = _amounts(quota["spec"].get("hard", {}))
        name = obj["metadata"]["name"]
        if obj["kind"] == "Pod" and (missing := _unspecified(obj["spec"], hard)):
            raise forbidden(resource, name, f"failed quota: {quota['metadata']['name']}: must specify {missing}")
        used = used_in(store, namespace, hard)
        full = [key for key in sorted(hard) if need.get(key) and used[key] + need[key] > hard[key]]
        if full:
            told = (f"{word}: {_listed(full, amounts)}" for word, amounts in (("requested", need), ("used", used), ("limited", hard)))
            raise forbidden(resource, name, f"exceeded quota: {quota['metadata']['name']}, {', '.join(told)}")


def with_status(store: Store, quota: Object) -> Object:
    """The quota with its status as of now."""
    hard = quota["spec"].get("hard", {})
    used = used_in(store, quota["metadata"]["namespace"], hard)
    return {**quota, "status": {"hard": hard, "used": {key: text(used[key], binary=_is_bytes(key)) for key in hard}}}


def used_in(store: Store, namespace: str, keys: Iterable[str]) -> Amounts:
    pods = [pod for pod in store.all("Pod", namespace) if pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")]
    total: Amounts = {}
    for pod in pods:
        total = added(total, _need(pod))
    return {key: _count(store, namespace, key) if _kind_counted(key) else total.get(key, ZERO) for key in keys}


def _need(obj: Object) -> Amounts:
    kind = obj["kind"]
    need: Amounts = {key: Decimal(1) for key in (f"count/{qualified(KINDS[kind])}", KINDS[kind].plural)}
    if kind == "Pod":
        requests = pod_resources(obj["spec"], "requests")
        need |= {f"requests.{name}": amount for name, amount in requests.items()} | requests
        need |= {f"limits.{name}": amount for name, amount in pod_resources(obj["spec"], "limits").items()}
    return need


def _unspecified(spec: Object, hard: Amounts) -> str:
    """`requests.cpu for: api,sidecar`: what each container must set because a quota counts it."""
    if spec.get("resources"):
        return ""
    told = []
    for key in sorted(hard):
        part, _, name = key.rpartition(".") if "." in key else ("requests", ".", key)
        if name in _PER_CONTAINER:
            lacking = [container["name"] for container in spec.get("containers", ()) if not _sets(container, part, name)]
            told += [f"{key} for: {','.join(lacking)}"] if lacking else []
    return "; ".join(told)


def _sets(container: Object, part: str, name: str) -> bool:
    resources = container.get("resources") or {}
    return name in (resources.get(part) or {}) or (part == "requests" and name in (resources.get("limits") or {}))


def _kind_counted(key: str) -> str | None:
    return _COUNTED.get(key.removeprefix("count/")) if key.startswith("count/") else _PLAIN.get(key)


def _count(store: Store, namespace: str, key: str) -> Decimal:
    return Decimal(len(store.all(_kind_counted(key) or "", namespace)))


def _amounts(quantities: Object) -> Amounts:
    return {key: parse(amount) for key, amount in quantities.items()}


def _is_bytes(key: str) -> bool:
    return key.endswith(("memory", "storage"))


def _listed(keys: list[str], amounts: Amounts) -> str:
    return ",".join(f"{key}={text(amounts.get(key, ZERO), binary=_is_bytes(key))}" for key in keys)
