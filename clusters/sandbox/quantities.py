"""Kubernetes' quantities (`250m`, `1.5Gi`) as exact numbers and back, and what the pods of a template ask for."""

import re
from decimal import Decimal

from clusters.objects import Object

Amounts = dict[str, Decimal]
ZERO = Decimal(0)
_SUFFIXES = {
    "": Decimal(1), "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("0.001"), "k": Decimal(10**3), "M": Decimal(10**6),
    "G": Decimal(10**9), "T": Decimal(10**12), "P": Decimal(10**15), "E": Decimal(10**18), "Ki": Decimal(2**10), "Mi": Decimal(2**20),
    "Gi": Decimal(2**30), "Ti": Decimal(2**40), "Pi": Decimal(2**50), "Ei": Decimal(2**60),
}  # fmt: skip
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([eE][+-]?\d+|n|u|m|k|[MGTPE]i?|Ki)?")


def parse(quantity: str | int | float) -> Decimal:
    """Raises ValueError for what is no quantity."""
    match = _QUANTITY.fullmatch(str(quantity))
    if match is None:
        raise ValueError(f"{quantity!r} is no quantity")
    number, suffix = match[1], match[2] or ""
    if suffix[:1] in ("e", "E") and suffix[1:]:
        return Decimal(number + suffix)
    return Decimal(number) * _SUFFIXES[suffix]


def is_quantity(value: str) -> bool:
    return _QUANTITY.fullmatch(value) is not None


def text(amount: Decimal, *, binary: bool = False) -> str:
    """The shortest usual form; `binary` for amounts of memory and storage."""
    if amount and binary and amount == amount.to_integral_value():
        for suffix in ("Ei", "Pi", "Ti", "Gi", "Mi", "Ki"):
            if amount % _SUFFIXES[suffix] == 0:
                return f"{int(amount / _SUFFIXES[suffix])}{suffix}"
    return str(int(amount)) if amount == amount.to_integral_value() else f"{int(amount * 1000)}m"


def added(left: Amounts, right: Amounts) -> Amounts:
    return {name: left.get(name, ZERO) + right.get(name, ZERO) for name in {**left, **right}}


def pod_resources(spec: Object, what: str) -> Amounts:
    """What one pod asks for; `what` is "requests" or "limits". Without a request the limit counts, as always."""
    if own := spec.get("resources"):
        return _of(own, what)
    running: Amounts = {}
    peak: Amounts = {}
    for container in spec.get("initContainers", ()):
        together = added(running, _of(container.get("resources") or {}, what))
        peak = _most(peak, together)
        if container.get("restartPolicy") == "Always":  # a sidecar: it stays
            running = together
    for container in spec.get("containers", ()):
        running = added(running, _of(container.get("resources") or {}, what))
    return added(_most(running, peak), {name: parse(amount) for name, amount in (spec.get("overhead") or {}).items()})


def _most(left: Amounts, right: Amounts) -> Amounts:
    return {name: max(left.get(name, ZERO), right.get(name, ZERO)) for name in {**left, **right}}


def _of(resources: Object, what: str) -> Amounts:
    limits = resources.get("limits") or {}
    amounts = {**limits, **(resources.get("requests") or {})} if what == "requests" else limits
    return {name: parse(amount) for name, amount in amounts.items()}
