"""Where in a text the parts of its document stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from cli.manifests.parsing import Loader

BLOCK_SCALARS = ("|", ">")


class CannotWrite(ValueError):
    """A change that cannot be made in the text without touching what it is not about."""


@dataclass(frozen=True)
class Spot:
    """A value, the key before it (None for elements and the document), and the collection that it is in."""

    node: Any
    key: Any
    parent: Any
    position: int


def find(text: str, tokens: Sequence[str]) -> Spot:
    """Raises CannotWrite where an alias or a merge is on the way: what it stands for is written elsewhere, and used there too."""
    spot = Spot(yaml.compose(text, Loader=Loader), None, None, 0)
    for token in tokens:
        spot = _child(spot.node, token)
    return spot


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
    found = text.find("\n", index)
    return len(text) if found == -1 else found + 1


def line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def list_offset(node: Any) -> int:
    """How far the lists of this document stand in from their keys: 0 or more."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(value, yaml.SequenceNode) and not value.flow_style and value.start_mark.line > key.start_mark.line:
                return max(0, int(value.start_mark.column - key.start_mark.column))
            if found := list_offset(value):
                return found
    if isinstance(node, yaml.SequenceNode):
        return next((found for item in node.value if (found := list_offset(item))), 0)
    return 0
