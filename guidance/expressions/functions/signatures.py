"""Signatures of CEL functions as text, such as `Quantity.add(int) -> Quantity` and `list<T>.indexOf(T) -> int`.

A single capital letter is any type; `net.IP` and its like go by their last word. What stands before the last dot is the type that the
function is called on, when it is the name of a type; else it is part of the function's name (`ip.isCanonical`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from guidance.expressions.functions.addresses import CIDR, IP
from guidance.expressions.functions.formats import Format
from guidance.expressions.functions.quantity import Quantity
from guidance.expressions.functions.semver import Semver
from guidance.expressions.functions.urls import URL
from guidance.expressions.values import Duration, Maybe, Opaque, Timestamp, TypeName, Uint

OPAQUE: dict[str, type[Opaque]] = {kind.__name__: kind for kind in (CIDR, IP, Format, Quantity, Semver, URL)}
CLASSES: dict[str, type] = {
    "bool": bool, "int": int, "uint": Uint, "double": float, "string": str, "bytes": bytes, "list": list, "map": dict,
    "duration": Duration, "timestamp": Timestamp, "optional": Maybe, "type": TypeName, **OPAQUE,
}  # fmt: skip
ANY = "dyn"
FORM = re.compile(r"(?:(?P<target>[\w.]+(?:<.*?>)?)\.)?(?P<name>@?\w+)\((?P<takes>.*)\) -> (?P<gives>.*)")
NAMES_IN_CEL = {"optional": "optional_type"}


@dataclass(frozen=True)
class Kind:
    """A type of a signature."""

    name: str
    inner: tuple["Kind", ...] = ()

    @property
    def is_variable(self) -> bool:
        return len(self.name) == 1

    def holds(self, value: object) -> bool:
        """As Kubernetes finds out at run time: of a list and a map it looks at the first element alone."""
        expected = CLASSES.get(self.name)
        if expected is None:
            return True
        if type(value) is not expected:
            return False
        if value and isinstance(value, list) and self.inner:
            return self.inner[0].holds(value[0])
        return True

    def config(self) -> dict[str, object]:
        """For the engine."""
        opaque = OPAQUE.get(self.name)
        told: dict[str, object] = {"type_name": opaque.cel_type if opaque else NAMES_IN_CEL.get(self.name, self.name)}
        if self.is_variable:
            told["is_type_param"] = True
        if self.inner:
            told["params"] = [kind.config() for kind in self.inner]
        return told


@dataclass(frozen=True)
class Overload:
    """One signature of a function; its text is its id."""

    id: str
    name: str
    target: Kind | None
    takes: tuple[Kind, ...]
    gives: Kind
    call: Callable[..., object]

    def accepts(self, values: list[object]) -> bool:
        kinds = (self.target, *self.takes) if self.target else self.takes
        return len(kinds) == len(values) and all(kind.holds(value) for kind, value in zip(kinds, values, strict=True))

    def config(self) -> dict[str, object]:
        """For the engine."""
        target = {"target": self.target.config()} if self.target else {}
        return {"id": self.id, **target, "args": [kind.config() for kind in self.takes], "return": self.gives.config()}


def overload(signature: str, call: Callable[..., object]) -> Overload:
    found = FORM.fullmatch(signature)
    if not found:
        raise ValueError(f"{signature!r} is no signature")
    target, name = found["target"], found["name"]
    if target and not _is_type(target):
        target, name = None, f"{target}.{name}"
    takes = tuple(kind(part) for part in _parts(found["takes"]))
    return Overload(signature, name, kind(target) if target else None, takes, kind(found["gives"]), call)


def kind(text: str) -> Kind:
    name, bracket, inner = text.partition("<")
    return Kind(name, tuple(map(kind, _parts(inner[:-1]))) if bracket else ())


def _is_type(text: str) -> bool:
    return "<" in text or text == ANY or (text in CLASSES and text != "optional")


def _parts(text: str) -> list[str]:
    """Split at commas that stand in no brackets."""
    return [part.strip() for part in re.split(r",(?![^<]*>)", text) if part.strip()]
