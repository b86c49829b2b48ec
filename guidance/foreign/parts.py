"""The objects of policy files, with the place of everything in them: documents of a file, items of Lists."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

import yaml

from guidance.documents.jsontype import JsonValue
from guidance.documents.jsonvalue import checked
from guidance.documents.pointer import Token, find
from guidance.documents.source import Builder, PolicyError, Problem, Source
from guidance.documents.writing import as_yaml
from guidance.manifests.scalars import plain

Object = dict[str, JsonValue]
Path = tuple[Token, ...]
SEPARATOR = re.compile(r"^---(?=\s|$)", re.MULTILINE)
SOMETHING = re.compile(r"^(?!(?:---|\.\.\.)?\s*(?:#.*)?$|%)", re.MULTILINE)
"""The begin of a line that is more than a comment, a separator or a directive."""
MOST_DOCUMENTS = 2000
"""Of one file."""
OURS = re.compile(r"^apiVersion:\s*['\"]?guidance\.autonomy/", re.MULTILINE)
TEXT = "tag:yaml.org,2002:str"
TYPES = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge"))


@dataclass(frozen=True)
class Part(Source):
    """One object of a file, written as Kubernetes reads it, at `at` in its document.

    `moves` lead from where a policy has something to where the object does.
    """

    is_ours: ClassVar[bool] = False
    at: Path = ()
    moves: tuple[tuple[Path, Path], ...] = field(default=(), repr=False)

    @cached_property
    def value(self) -> JsonValue:
        """Without members that are null, as Kubernetes reads it."""
        return checked(find(self._content[0], self.at), drop_nulls=True)

    def there(self, tokens: Path) -> Path:
        for start, end in self.moves:
            if tokens[: len(start)] == start:
                return (*self.at, *end, *tokens[len(start) :])
        return (*self.at, *tokens)

    def _builder(self) -> Builder:
        return _KubernetesBuilder(self.file, self.line)

    @property
    def document(self) -> str:
        """As it was written, where it is a document by itself."""
        return as_yaml([self.object]) if self.at else self.text

    @property
    def object(self) -> Object:
        return self.value if isinstance(self.value, dict) else {}

    @property
    def api_version(self) -> str:
        return self.text_at("apiVersion")

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def kind(self) -> str:
        return self.text_at("kind")

    @property
    def name(self) -> str:
        return self.text_at("metadata", "name")

    @property
    def namespace(self) -> str:
        return self.text_at("metadata", "namespace")

    def text_at(self, *tokens: Token) -> str:
        """The text there; empty where none is."""
        found = find(self.value, tokens)
        return found if isinstance(found, str) else ""

    def within(self, tokens: Path) -> "Part":
        """What lies there in it."""
        return self._sharing(replace(self, at=(*self.at, *tokens)))

    def moved(self, moves: Iterable[tuple[Path, Path]]) -> "Part":
        """For a policy that has things elsewhere than this object."""
        return self._sharing(replace(self, moves=tuple(moves)))

    def objects(self) -> "Iterator[Part]":
        """Itself, or what the List holds. Raises PolicyError for what is no object of Kubernetes."""
        if not isinstance(self.value, dict):
            raise PolicyError(self.problem((), "not an object of Kubernetes: it should begin with apiVersion and kind"))
        if missing := [name for name in ("apiVersion", "kind") if not self.text_at(name)]:
            raise PolicyError(self.problem((), f"not an object of Kubernetes: {' and '.join(missing)} must be there, as text"))
        items = self.value.get("items")
        if self.kind.endswith("List") and isinstance(items, list):
            for index in range(len(items)):
                yield from self.within(("items", index)).objects()
        else:
            yield self

    def _sharing(self, other: "Part") -> "Part":
        """What was read of the text is not read again."""
        vars(other)["_content"] = self._content
        return other


class _KubernetesBuilder(Builder):
    """Dates are text, and `1e3` is a number: as in the rest of Kubernetes' YAML."""

    def scalar(self, node: yaml.Node) -> object:
        if not isinstance(node, yaml.ScalarNode) or node.style or node.tag not in TYPES:
            return super().scalar(node)
        value = plain(node.value)
        is_said_to_be_text = node.tag == TEXT and self.resolved(node) != TEXT
        return node.value if is_said_to_be_text else value

    def resolved(self, node: yaml.ScalarNode) -> str:
        """The tag that it would have without one."""
        return str(
            self._scalars.resolve(  # type: ignore[no-untyped-call]
                yaml.ScalarNode, node.value, (True, False)
            )
        )


def first_document(text: str, file: str) -> Source:
    line, chunk = next(_chunks(text), (1, text))
    return Source(file, chunk, line)


def parts(text: str, file: str) -> Iterator[Source | Problem]:
    """In their order: a policy of our own form as a Source, everything else as a Part, and what cannot be read as a Problem."""
    for number, (line, chunk) in enumerate(_chunks(text)):
        if number == MOST_DOCUMENTS:
            yield Problem(file, line, 1, f"has more than {MOST_DOCUMENTS} documents: split it into several files")
            return
        if OURS.search(chunk):
            yield Source(file, chunk, line)
        else:
            yield from _objects(Part(file, chunk, line))


def _objects(part: Part) -> Iterator[Part | Problem]:
    try:
        yield from part.objects()
    except PolicyError as error:
        yield from error.problems


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Each document with its first line; what holds nothing but comments belongs to the next one."""
    begins = [found.start() for found in SEPARATOR.finditer(text)]
    start, line = 0, 1
    for begin, end in zip([0, *begins], [*begins, len(text)], strict=True):
        if SOMETHING.search(text, begin, end):
            yield line, text[start:end]
            line += text.count("\n", start, end)
            start = end
