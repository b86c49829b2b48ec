"""From the text of a file to values, with the place of each where it is wanted.

Documents are read one by one, each from its own lines, so that what is wrong with one of them does not hide the others. The values come
from the events of the parser (libyaml), without a tree of nodes in between.
"""

import base64
import binascii
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from cli.errors import BadInput
from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import Token
from guidance.documents.source import Problem
from guidance.manifests.scalars import plain

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SEPARATOR = re.compile(r"^---(?=\s|$)", re.MULTILINE)
SOMETHING = re.compile(r"^(?!(?:---|\.\.\.)?\s*(?:#.*)?$|%)", re.MULTILINE)
"""The begin of a line that is more than a comment, a separator or a directive."""
SPACE = re.compile(r"\s*")
PAIR = re.compile(r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})")
MAX_DEPTH = 100
"""Levels. An object may have 64 of them (`jsonvalue.MAX_DEPTH`), and lie in a list or a review."""
MOST_FROM_ALIASES = 100_000
"""Values that the aliases of one document may stand for."""
TAG = "tag:yaml.org,2002:"
MERGE = "<<"
BLOCK_SCALARS = ("|", ">")


class Place(NamedTuple):
    """Where something is written; lines and columns count from 1, the end is the first character behind it."""

    line: int
    column: int
    end_line: int
    end_column: int


Marks = dict[tuple[Token, ...], tuple[Any, Any]]
"""The parser's marks, where something begins and ends: lines count from 0 within the chunk."""


@dataclass(frozen=True)
class Chunk:
    """The lines of a file that hold one document, with the comments before its `---`. `line` is the first one's number.

    `number` counts the documents of the file, from 1; `column` the characters before it on its first line.
    """

    file: str
    text: str
    line: int
    number: int
    column: int = 0

    def place(self, mark: Any) -> tuple[int, int]:
        """Line and column of the parser's mark in the file."""
        return self.line + mark.line, mark.column + 1 + (self.column if mark.line == 0 else 0)


@dataclass(frozen=True)
class Document:
    """A value, where it begins, and where each of its parts does."""

    chunk: Chunk
    line: int
    value: JsonValue
    marks: Marks = field(repr=False)

    def place(self, at: tuple[Token, ...]) -> Place | None:
        """Where a value is written: itself where it stands beside its key, else its key. What an alias stands for is not known."""
        if at not in self.marks:
            return None
        start, end = self.marks[at]
        return Place(*self.chunk.place(start), *self.chunk.place(end))

    def nearest(self, at: tuple[Token, ...]) -> tuple[Place, tuple[Token, ...]]:
        """Where a value is written, or the nearest parent that is; and what is missing below it."""
        depth = len(at)
        while (place := self.place(at[:depth])) is None and depth:
            depth -= 1
        assert place is not None  # noqa: S101 the document itself is somewhere
        return place, at[depth:]


def chunks(text: str, file: str) -> Iterator[Chunk]:
    """The documents of a file, in order; what holds nothing but comments belongs to the next one. JSON needs no separators."""
    if objects := _objects(text):
        yield from _json(text, file, objects)
        return
    separators = [0, *(found.start() for found in SEPARATOR.finditer(text)), len(text)]
    start, line, number = 0, 1, 1
    for begin, end in itertools.pairwise(separators):
        if SOMETHING.search(text, begin, end):
            yield Chunk(file, text[start:end], line, number)
            start, line, number = end, line + text.count("\n", start, end), number + 1


def _objects(text: str) -> list[int]:
    """Where objects of JSON begin that come one after another; nothing where there are none, or one alone."""
    starts, at, decoder = list[int](), _behind_space(text, 0), json.JSONDecoder()
    try:
        while text.startswith("{", at):
            _, end = decoder.raw_decode(text, at)
            starts.append(at)
            at = _behind_space(text, end)
    except (ValueError, RecursionError):
        return []
    return starts if at == len(text) and len(starts) > 1 else []


def _behind_space(text: str, at: int) -> int:
    return SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches everywhere


def _json(text: str, file: str, starts: Sequence[int]) -> Iterator[Chunk]:
    begins = [0, *starts[1:]]
    line = 1
    for number, (begin, end) in enumerate(itertools.pairwise([*begins, len(text)]), 1):
        yield Chunk(file, text[begin:end], line, number, begin - text.rfind("\n", 0, begin) - 1)
        line += text.count("\n", begin, end)


def document(chunk: Chunk) -> Document | None:
    """What the chunk holds; None for null. Raises BadInput."""
    marks: Marks = {}
    found = [(line, value) for line, value in _values(chunk, marks) if value is not None]
    if len(found) > 1:
        raise BadInput(Problem(chunk.file, found[1][0], 1, "a second document begins here: put a line --- before it"))
    return Document(chunk, *found[0], marks) if found else None


def _values(chunk: Chunk, marks: Marks) -> Iterator[tuple[int, JsonValue]]:
    """Each document's first line and value. Raises BadInput."""
    builder = _Builder(chunk, marks)
    try:
        yield from builder.documents()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise builder.refused(mark, f"not YAML: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        line = chunk.line + chunk.text.encode().count(b"\n", 0, error.position)
        raise BadInput(Problem(chunk.file, line, 1, f"not YAML: the character U+{error.character:04X} is not allowed")) from error


def _hint(text: str, line: int) -> str:
    """What often is the reason why a line is no YAML."""
    if "{{" in text:
        return ". This looks like a template: render it first, such as by helm template CHART | autonomy check -"
    lines = text.splitlines()
    found = lines[line] if line < len(lines) else ""
    return ". The line begins with a tab: indent with spaces" if "\t" in found[: len(found) - len(found.lstrip())] else ""


def _readable(text: str) -> str:
    """JSON writes characters beyond 16 bits as two escapes (a pair of surrogates), which YAML does not know."""
    if "\\u" not in text or not text.lstrip().startswith("{") or not PAIR.search(text):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return PAIR.sub(_as_one, text)


def _as_one(pair: re.Match[str]) -> str:
    character: str = json.loads(f'"{pair[2]}"')
    return f"{pair[1]}\\U{ord(character):08x}"


class _Builder:
    """Values of the documents of one chunk."""

    def __init__(self, chunk: Chunk, marks: Marks) -> None:
        self._chunk = chunk
        self._marks = marks
        self._loader = Loader(_readable(chunk.text))
        self._next = self._loader.get_event
        self._anchors: dict[str, tuple[JsonValue, int]] = {}
        self._count = 0
        self._from_aliases = 0

    def documents(self) -> Iterator[tuple[int, JsonValue]]:
        while type(event := self._next()) is not yaml.StreamEndEvent:
            if type(event) is yaml.DocumentStartEvent:
                first = self._next()
                yield self._chunk.line + first.start_mark.line, self._value(first, ())

    def refused(self, mark: Any, message: str) -> BadInput:
        place = self._chunk.place(mark) if mark else (self._chunk.line, 1)
        return BadInput(Problem(self._chunk.file, *place, message + _hint(self._chunk.text, place[0] - self._chunk.line)))

    def _value(self, event: Any, at: tuple[Token, ...]) -> JsonValue:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value = plain(event.value) if event.implicit[0] else event.value if event.tag is None else self._tagged(event)
            end = event.end_mark
        elif kind is yaml.AliasEvent:
            return self._alias(event, at)
        else:
            before = self._count
            value, end = self._collection(event, at)
        self._count += 1
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1 if kind is yaml.ScalarEvent else self._count - before)
        self._marks[at] = (event.start_mark, end)
        return value

    def _collection(self, event: Any, at: tuple[Token, ...]) -> tuple[JsonValue, Any]:
        if len(at) >= MAX_DEPTH:
            raise self.refused(event.start_mark, f"nested more than {MAX_DEPTH} levels deep")
        if event.tag is not None and event.tag not in {TAG + "map", TAG + "seq"}:
            raise self.refused(event.start_mark, f"the tag {event.tag} means nothing to Kubernetes: remove it")
        return self._sequence(at) if type(event) is yaml.SequenceStartEvent else self._mapping(at)

    def _sequence(self, at: tuple[Token, ...]) -> tuple[list[JsonValue], Any]:
        items: list[JsonValue] = []
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            items.append(self._value(event, (*at, len(items))))
        return items, event.end_mark

    def _mapping(self, at: tuple[Token, ...]) -> tuple[dict[str, JsonValue], Any]:
        members: dict[str, JsonValue] = {}
        merged: list[dict[str, JsonValue]] = []
        while type(event := self._next()) is not yaml.MappingEndEvent:
            if type(event) is yaml.ScalarEvent and event.value == MERGE and event.implicit[0]:
                merged += self._merged(self._next(), at)
                continue
            key = self._key(event)
            if key in members:
                raise self.refused(event.start_mark, f"the key {key!r} appears twice: keep one of them")
            inner = self._next()
            members[key] = self._value(inner, (*at, key))
            if members[key] is None or inner.start_mark.line != event.start_mark.line:
                self._marks[*at, key] = (event.start_mark, event.end_mark)
        for more in merged:
            members |= {key: value for key, value in more.items() if key not in members}
        return members, event.end_mark

    def _merged(self, event: Any, at: tuple[Token, ...]) -> list[dict[str, JsonValue]]:
        """What `<<: *name` or `<<: [*name, …]` brings; the first one wins."""
        value = self._value(event, (*at, MERGE))
        found = value if isinstance(value, list) else [value]
        maps = [one for one in found if isinstance(one, dict)]
        if len(maps) < len(found):
            raise self.refused(event.start_mark, "only mappings can be merged: <<: *name")
        return maps

    def _key(self, event: Any) -> str:
        """Kubernetes makes text of keys that are numbers or true and false."""
        if type(event) is yaml.AliasEvent:
            value, _ = self._anchored(event)
        elif type(event) is yaml.ScalarEvent:
            value = plain(event.value) if event.implicit[0] else event.value
            if event.anchor is not None:
                self._anchors[event.anchor] = (value, 1)
        else:
            raise self.refused(event.start_mark, "a key must be text, not a list or a mapping")
        if isinstance(value, str):
            return value
        if isinstance(value, bool | int):
            return str(value).lower()
        raise self.refused(event.start_mark, f"the key {event.value if type(event) is yaml.ScalarEvent else value!r} is not text: quote it")

    def _alias(self, event: Any, at: tuple[Token, ...]) -> JsonValue:
        value, size = self._anchored(event)
        self._count += size
        self._from_aliases += size
        if self._from_aliases > MOST_FROM_ALIASES:
            raise self.refused(event.start_mark, f"aliases stand for more than {MOST_FROM_ALIASES} values: write them out")
        self._marks[at] = (event.start_mark, event.end_mark)
        return value

    def _anchored(self, event: Any) -> tuple[JsonValue, int]:
        if event.anchor not in self._anchors:
            raise self.refused(event.start_mark, f"the alias *{event.anchor} stands for nothing: no &{event.anchor} is before it")
        return self._anchors[event.anchor]

    def _tagged(self, event: Any) -> JsonValue:
        """`!!str 1` is text; other tags must agree with what is there."""
        tag, text = event.tag.removeprefix(TAG), event.value
        if tag in {"str", "!"}:
            return str(text)
        if tag == "binary":
            try:
                return base64.b64decode("".join(text.split()), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise self.refused(event.start_mark, "!!binary holds no base64 of text") from error
        value = plain(text)
        types: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float, int), "bool": (bool,), "null": (type(None),)}
        if tag not in types or type(value) not in types[tag]:
            raise self.refused(event.start_mark, f"the tag {event.tag} does not fit {text!r}: remove it")
        return value
