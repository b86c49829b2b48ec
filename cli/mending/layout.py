"""Where in a text the parts of its document stand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import yaml

from cli.manifests.parsing import Loader


class CannotWrite(ValueError):
    """A change that cannot be made in the text without touching what it is not about."""


class Edit(NamedTuple):
    """This text in place of what stands between two indexes."""

    start: int
    stop: int
    text: str


@dataclass(frozen=True)
class Spot:
    """A value, the key before it (None for elements and the document), and the collection that it is in."""

    node: Any
    key: Any
    parent: Any
    position: int


class Layout:
    """The nodes of a chunk: of its document, whatever empty ones are beside it. Here the last line always ends with a break."""

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self.text = text if text.endswith("\n") else text + line_break(text, text.find("\n") + 1)
        self._root = next((node for node in yaml.compose_all(self.text, Loader=Loader) if isinstance(node, yaml.CollectionNode)), None)

    def find(self, tokens: Sequence[str]) -> Spot:
        """Raises CannotWrite where an alias or a merge is on the way: what it stands for is written elsewhere, and used there too."""
        if self._root is None:
            raise CannotWrite("the document holds no more than one value")
        spot = Spot(self._root, None, None, 0)
        for token in tokens:
            spot = _child(spot.node, token)
        return spot

    def edited(self, edits: Iterable[Edit]) -> str | None:
        """None where they get in each other's way. The break that the last line did not have goes again unless more comes behind it."""
        parts, at = [], 0
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.stop)):
            if edit.start < at:
                return None
            parts += [self.text[at : edit.start], edit.text]
            at = edit.stop
        return "".join([*parts, self.text[at : self._length]])

    @cached_property
    def list_offset(self) -> int:
        """How far the lists of this document stand in from their keys: 0 or more."""
        return _list_offset(self._root)

    def is_used_elsewhere(self, tokens: Sequence[str]) -> bool:
        """Whether an alias takes what stands there, or something around it, to another place."""
        return any(id(self.find(tokens[:depth]).node) in self._shared for depth in range(len(tokens) + 1))

    @cached_property
    def _shared(self) -> frozenset[int]:
        seen, shared, left = set[int](), set[int](), [self._root]
        while left:
            node = left.pop()
            if id(node) in seen:
                shared.add(id(node))
            else:
                seen.add(id(node))
                left += _inside(node)
        return frozenset(shared)


def _inside(node: Any) -> Iterator[Any]:
    if isinstance(node, yaml.CollectionNode):
        for item in node.value:
            yield from item if isinstance(item, tuple) else (item,)


def _child(node: Any, token: str) -> Spot:
    child = Spot(None, None, node, 0)
    if isinstance(node, yaml.SequenceNode) and token.isdigit() and int(token) < len(node.value):
        child = Spot(node.value[int(token)], None, node, int(token))
    elif isinstance(node, yaml.MappingNode):
        found = (Spot(value, key, node, number) for number, (key, value) in enumerate(node.value) if key.value == token)
        child = next(found, child)
    if child.node is None or child.node.start_mark.index < (child.key or node).start_mark.index:
        raise CannotWrite("it comes from an alias or a merge (<<): write it out where it is used")
    return child


def end(node: Any) -> int:
    """Behind the last character of a value; comments and empty lines that follow do not belong to it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    key, value = last if isinstance(last, tuple) else (None, last)
    if key is not None and is_empty(value):
        return int(key.end_mark.index) + 1  # its colon
    return end(value)


def is_empty(node: Any) -> bool:
    """Whether nothing is written: `key:`."""
    return bool(node.start_mark.index == node.end_mark.index)


def is_flow(node: Any) -> bool:
    return bool(node.flow_style)


def line_end(text: str, index: int) -> int:
    """Behind the line that ends a value whose last character is before the index, with its comment and line break."""
    if text[index - 1 : index] == "\n":  # a block scalar takes its line break with it
        return index
    return text.index("\n", index) + 1


def line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def line_break(text: str, index: int) -> str:
    """How the line ends that is over at the index."""
    return "\r\n" if text.startswith("\r\n", index - 2) and index >= 2 else "\n"


def _list_offset(node: Any) -> int:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(value, yaml.SequenceNode) and not value.flow_style and value.start_mark.line > key.start_mark.line:
                return max(0, int(value.start_mark.column - key.start_mark.column))
            if found := _list_offset(value):
                return found
    if isinstance(node, yaml.SequenceNode):
        return next((found for item in node.value if (found := _list_offset(item))), 0)
    return 0
