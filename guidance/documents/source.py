"""One YAML document with the place of every value, so that an error can point at its line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import ClassVar, NamedTuple

import yaml

from guidance.documents.jsontype import JsonValue
from guidance.documents.jsonvalue import MAX_DEPTH, NotJson, checked
from guidance.documents.pointer import Token

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Nodes = dict[tuple[Token, ...], yaml.Node]
BLOCK = "|"


class Place(NamedTuple):
    """Counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and what to do about it. `line` and `column` count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class PolicyError(ValueError):
    """Policies that cannot be used; `problems` lists everything that is wrong with them, in order."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Source:
    """A document's value, and where each part of it was written. Read when it is first asked for, which may raise PolicyError.

    `line` is that of the file in which the text begins. What is not ours was written for another engine.
    """

    is_ours: ClassVar[bool] = True

    file: str
    text: str = field(repr=False)
    line: int = 1

    @property
    def value(self) -> JsonValue:
        return self._content[0]

    def there(self, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
        """Where in the document a part of the policy is written: at the same place."""
        return tokens

    @property
    def document(self) -> str:
        """As a document by itself."""
        return self.text

    @property
    def nodes(self) -> Nodes:
        return self._content[1]

    @cached_property
    def _content(self) -> tuple[JsonValue, Nodes, Nodes]:
        """The value, the nodes of all values, and those of the keys before them."""
        root = _root(self.text, self.file, self.line)
        builder = self._builder()
        value = builder.value(root, ())
        try:
            return checked(value), builder.nodes, builder.keys
        except NotJson as error:
            raise PolicyError(Problem(self.file, *_place(builder.nodes, error.tokens, self.line), str(error))) from error

    def _builder(self) -> "Builder":
        return Builder(self.file, self.line)

    def place(self, tokens: tuple[Token, ...]) -> Place:
        """Where the value begins; of the nearest parent that is there when it is missing."""
        return _place(self.nodes, self.there(tokens), self.line)

    def inside(self, tokens: tuple[Token, ...], line: int, column: int) -> Place:
        """Where a line and column within a text lie in the file (for folded and multi-line texts: where the text begins)."""
        node, start = self.nodes.get(self.there(tokens)), self.place(tokens)
        if not isinstance(node, yaml.ScalarNode):
            return start
        below = self.text.splitlines()[node.start_mark.line + 1 :]
        if node.style == BLOCK and line <= len(below):
            first = next((text for text in below if text.strip()), "")
            return Place(start.line + line, len(first) - len(first.lstrip()) + column)
        if node.start_mark.line == node.end_mark.line:
            return Place(start.line, start.column + (1 if node.style else 0) + column - 1)
        return start

    def problem(self, tokens: tuple[Token, ...], message: str) -> Problem:
        return Problem(self.file, *self.place(tokens), message)

    def problem_of_key(self, tokens: tuple[Token, ...], message: str) -> Problem:
        """The same where a member should not be there at all: at its name, not at its value."""
        key = self._content[2].get(self.there(tokens))
        return self.problem(tokens, message) if key is None else Problem(self.file, *_place_of(key, self.line), message)


def read(text: str, file: str) -> Source:
    """Read exactly one document.

    Raises PolicyError: no YAML, several documents, duplicate keys, aliases, values that JSON does not have.
    """
    source = Source(str(PurePath(file)), text)
    _ = source.value
    return source


def joined(first: str, *more: str) -> str:
    """Documents as one text."""
    text = first
    for one in more:
        text += ("" if text.endswith("\n") else "\n") + ("" if one.startswith("---") else "---\n") + one
    return text


def _root(text: str, file: str, line: int) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + line, mark.column + 1) if mark else Place(line, 1)
        raise PolicyError(Problem(file, *place, f"not YAML: {error.problem or error.context}")) from error
    except yaml.YAMLError as error:
        raise PolicyError(Problem(file, line, 1, f"not YAML: {error}")) from error
    if root is None:
        raise PolicyError(Problem(file, line, 1, "the file is empty: it should hold one policy"))
    return root


def _place(nodes: Mapping[tuple[Token, ...], yaml.Node], tokens: tuple[Token, ...], line: int) -> Place:
    while tokens not in nodes and tokens:
        tokens = tokens[:-1]
    return _place_of(nodes[tokens], line)


def _place_of(node: yaml.Node, line: int) -> Place:
    return Place(node.start_mark.line + line, node.start_mark.column + 1)


class Builder:
    """Values from nodes, remembering the node of every value."""

    def __init__(self, file: str, line: int) -> None:
        self.file = file
        self.line = line
        self.nodes: Nodes = {}
        self.keys: Nodes = {}
        self._seen: set[int] = set()
        self._scalars = yaml.SafeLoader("")

    def value(self, node: yaml.Node, at: tuple[Token, ...]) -> object:
        if id(node) in self._seen:  # an alias: refused, because aliases of aliases grow without bound
            raise self._refused(node, "aliases (*name) are not supported in a policy: write the value out")
        self._seen.add(id(node))
        self.nodes[at] = node
        if len(at) > MAX_DEPTH:
            raise self._refused(node, f"nested more than {MAX_DEPTH} levels deep")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*at, index)) for index, item in enumerate(node.value)]
        return self.scalar(node)

    def _mapping(self, node: yaml.MappingNode, at: tuple[Token, ...]) -> dict[str, object]:
        result: dict[str, object] = {}
        for key_node, item in node.value:
            key = self.scalar(key_node)
            if not isinstance(key, str):
                raise self._refused(key_node, f"the key {key_node.value!r} is not text: put it in quotes")
            if key in result:
                raise self._refused(key_node, f"the key {key!r} appears twice")
            self.keys[*at, key] = key_node
            result[key] = self.value(item, (*at, key))
        return result

    def scalar(self, node: yaml.Node) -> object:
        if not isinstance(node, yaml.ScalarNode):
            return None
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            raise self._refused(node, f"{node.value!r} cannot be read: put it in quotes to make it text") from error

    def _refused(self, node: yaml.Node, message: str) -> PolicyError:
        return PolicyError(Problem(self.file, node.start_mark.line + self.line, node.start_mark.column + 1, message))
