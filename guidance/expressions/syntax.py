"""The syntax tree of a checked expression, read from the bytes that the engine gives.

They are a `cel.expr.CheckedExpr` (`checked.proto` and `syntax.proto` of cel-spec) in protobuf's wire format; the numbers below are those of
its fields.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from guidance.expressions.values import Uint

Fields = dict[int, list["int | bytes"]]
NAMED = frozenset([4, 5])
"""Identifiers and selections: the checker knows which of them are whole names."""


@dataclass(frozen=True, slots=True)
class Literal:
    value: object


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, by its whole name (`variables.limit`), or a type."""

    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.member`, or (`is_test`) `has(operand.member)`."""

    operand: "Node"
    member: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class Call:
    """What a function is called on is the first of its arguments. `overloads` are those that the checker could not rule out."""

    function: str
    arguments: tuple["Node", ...]
    overloads: tuple[str, ...]
    number: int = field(default=0, compare=False)
    """By which `offsets` knows it."""


@dataclass(frozen=True, slots=True)
class MakeList:
    elements: tuple["Node", ...]
    optional: frozenset[int]
    """The positions of elements that are left out when they have no value: `[?a]`."""


@dataclass(frozen=True, slots=True)
class Entry:
    key: "Node"
    value: "Node"
    is_optional: bool


@dataclass(frozen=True, slots=True)
class MakeMap:
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class MakeMessage:
    name: str


@dataclass(frozen=True, slots=True)
class Fold:
    """All macros: `result` after one `step` for each element, while the `condition` holds; each sees the accumulator by its name."""

    over: "Node"
    names: tuple[str, ...]
    """One: the element (of a map: the key). Two: index or key, and the value."""
    accumulator: str
    start: "Node"
    condition: "Node"
    step: "Node"
    result: "Node"


Node = Literal | Name | Select | Call | MakeList | MakeMap | MakeMessage | Fold


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    match node:
        case Select(operand):
            yield from walk(operand)
        case Call(_, arguments):
            yield from (below for argument in arguments for below in walk(argument))
        case MakeList(elements):
            yield from (below for element in elements for below in walk(element))
        case MakeMap(entries):
            yield from (below for entry in entries for part in (entry.key, entry.value) for below in walk(part))
        case Fold():
            parts = (node.over, node.start, node.condition, node.step, node.result)
            yield from (below for part in parts for below in walk(part))


@dataclass(frozen=True)
class _Reader:
    """Reads expressions with what the checker found out about them."""

    names: dict[int, str]
    overloads: dict[int, tuple[str, ...]]

    def node(self, data: bytes) -> Node:
        fields = _fields(data)
        number = _int(fields, 2)
        kind = next(key for key in fields if key != 2)
        inner = _fields(_bytes(fields, kind))
        if kind in NAMED and number in self.names:
            return Name(self.names[number])
        match kind:
            case 3:
                return _literal(inner)
            case 5:
                return Select(self.node(_bytes(inner, 1)), _text(inner, 2), bool(_int(inner, 3)))
            case 6:
                arguments = (*_all(inner, 1), *_all(inner, 3))
                return Call(_text(inner, 2), tuple(map(self.node, arguments)), self.overloads.get(number, ()), number)
            case 7:
                elements = tuple(map(self.node, _all(inner, 1)))
                return MakeList(elements, frozenset(number for packed in _all(inner, 2) for number in _varints(packed)))
            case 8:
                return MakeMessage(_text(inner, 1)) if 1 in inner else MakeMap(tuple(map(self._entry, _all(inner, 2))))
        return self._fold(inner)

    def _entry(self, data: bytes) -> Entry:
        fields = _fields(data)
        return Entry(self.node(_bytes(fields, 3)), self.node(_bytes(fields, 4)), bool(_int(fields, 5)))

    def _fold(self, inner: Fields) -> Fold:
        second = _text(inner, 8)
        over, start, condition, step, result = (self.node(_bytes(inner, key)) for key in (2, 4, 5, 6, 7))
        names = (_text(inner, 1), second) if second else (_text(inner, 1),)
        return Fold(over, names, _text(inner, 3), start, condition, step, result)


def offsets(data: bytes) -> dict[int, int]:
    """Where the nodes of `read(data)` lie in the expression, by their numbers, in characters."""
    checked = _fields(_bytes(_fields(data), 2))
    return {_int(entry, 1): _int(entry, 2) for entry in map(_fields, _all(_fields(_bytes(checked, 5)), 4))}


def read(data: bytes) -> Node:
    """`data` is a `google.protobuf.Any` with a CheckedExpr."""
    checked = _fields(_bytes(_fields(data), 2))
    names: dict[int, str] = {}
    overloads: dict[int, tuple[str, ...]] = {}
    for entry in map(_fields, _all(checked, 2)):
        number, reference = _int(entry, 1), _fields(_bytes(entry, 2))
        names[number] = _text(reference, 1)
        if 3 in reference:
            overloads[number] = tuple(each.decode() for each in _all(reference, 3))
    return _Reader(names, overloads).node(_bytes(checked, 4))


def _literal(fields: Fields) -> Literal:
    ((key, (value, *_)),) = fields.items()
    match key, value:
        case 1, _:
            return Literal(None)
        case 2, int():
            return Literal(bool(value))
        case 3, int():
            return Literal(value - 2**64 if value >= 2**63 else value)
        case 4, int():
            return Literal(Uint(value))
        case 5, bytes():
            return Literal(float(struct.unpack("<d", value)[0]))
        case 6, bytes():
            return Literal(value.decode())
    return Literal(value)


def _fields(data: bytes) -> Fields:
    fields: Fields = {}
    for number, value in _walk(data):
        fields.setdefault(number, []).append(value)
    return fields


def _walk(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        match tag & 7:
            case 0:
                value, at = _varint(data, at)
                yield tag >> 3, value
            case 1:
                yield tag >> 3, data[at : at + 8]
                at += 8
            case 2:
                length, at = _varint(data, at)
                yield tag >> 3, data[at : at + length]
                at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _varints(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _int(fields: Fields, key: int) -> int:
    value = fields.get(key, [0])[0]
    return value if isinstance(value, int) else 0


def _bytes(fields: Fields, key: int) -> bytes:
    value = fields.get(key, [b""])[0]
    return value if isinstance(value, bytes) else b""


def _all(fields: Fields, key: int) -> list[bytes]:
    return [value for value in fields.get(key, ()) if isinstance(value, bytes)]


def _text(fields: Fields, key: int) -> str:
    return _bytes(fields, key).decode()
