"""JSON changed in its own text: what stays keeps its notation, its order and its spaces; what is new is written as its neighbours are."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from guidance.documents.jsontype import JsonValue

SPACE = re.compile(r"[ \t\r\n]*")
INDENT = re.compile(r"\n([ \t]+)\S")
decode = json.JSONDecoder().raw_decode


class _Part(NamedTuple):
    """A member or an element: where it begins (with its key), where its value does, and where it ends."""

    key: str | None
    at: int
    value_at: int
    stop: int
    value: JsonValue


class _Wanted(NamedTuple):
    """What should be there: the part that it is now, or None where it is new, its key in an object, and its value."""

    part: int | None
    key: str | None
    value: JsonValue


def changed(text: str, value: JsonValue) -> str:
    """The text of one JSON value with what it should say."""
    start = _skip(text, 0)
    old, stop = decode(text, start)
    whole = _Part(None, start, start, stop, old)
    return f"{text[:start]}{_Writer(text).written(whole, value, '')}{text[stop:]}"


class _Writer:
    def __init__(self, text: str) -> None:
        self._text = text
        found = INDENT.search(text)
        self._unit = found[1] if found else None
        self._ends = "\r\n" if "\r\n" in text else "\n"
        self._space = "" if '":' in text and '": ' not in text else " "

    def written(self, part: _Part, new: JsonValue, margin: str) -> str:
        """Its value, changed. `margin` is what its line begins with."""
        old, at, stop = part.value, part.value_at, part.stop
        if old == new and json.dumps(old) == json.dumps(new):  # Python's 1 is also 1.0 and True
            return self._text[at:stop]
        if isinstance(old, dict) and isinstance(new, dict) and old and new:
            return self._composed(list(_members(self._text, at)), _in_order(old, new), at, stop)
        if isinstance(old, list) and isinstance(new, list) and old and new:
            return self._composed(list(_elements(self._text, at)), _aligned(old, new), at, stop)
        return self._new(new, margin if self._stands_alone(at) else None)

    def _composed(self, parts: Sequence[_Part], wanted: Sequence[_Wanted], at: int, stop: int) -> str:
        """The brackets, and between them each of what is wanted: a part that is there (its index) or a new one."""
        opening = self._text[at : parts[0].at]
        gap = opening[1:]
        margin = gap.rpartition("\n")[2]
        text = opening
        for number, one in enumerate(wanted):
            if number:
                text += f",{gap or self._space}" if one.part is None else self._text[parts[one.part - 1].stop : parts[one.part].at]
            text += self._new_part(one, margin if "\n" in gap else None) if one.part is None else self._kept(parts[one.part], one, margin)
        return text + self._text[parts[-1].stop : stop]

    def _kept(self, part: _Part, wanted: _Wanted, margin: str) -> str:
        return self._text[part.at : part.value_at] + self.written(part, wanted.value, margin)

    def _new_part(self, wanted: _Wanted, margin: str | None) -> str:
        name = "" if wanted.key is None else f"{json.dumps(wanted.key, ensure_ascii=False)}:{self._space}"
        return name + self._new(wanted.value, margin)

    def _new(self, value: JsonValue, margin: str | None) -> str:
        """On lines of its own where there is a margin and the text has such, else on one line."""
        if margin is None or self._unit is None:
            return json.dumps(value, ensure_ascii=False, separators=(f",{self._space}", f":{self._space}"))
        return json.dumps(value, ensure_ascii=False, indent=self._unit).replace("\n", self._ends + margin)

    def _stands_alone(self, at: int) -> bool:
        """Whether the member that it is the value of begins its line."""
        line = self._text[self._text.rfind("\n", 0, at) + 1 : at]
        return re.fullmatch(r'\s*("(?:[^"\\]|\\.)*"\s*:\s*)?', line) is not None


def _members(text: str, at: int) -> Iterator[_Part]:
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, stop = decode(text, at)
        value_at = _skip(text, _skip(text, stop) + 1)
        value, stop = decode(text, value_at)
        yield _Part(key, at, value_at, stop, value)
        at = _next(text, stop)


def _elements(text: str, at: int) -> Iterator[_Part]:
    at = _skip(text, at + 1)
    while text[at] != "]":
        value, stop = decode(text, at)
        yield _Part(None, at, at, stop, value)
        at = _next(text, stop)


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _next(text: str, at: int) -> int:
    """Behind the comma, where there is one."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _in_order(old: dict[str, JsonValue], new: dict[str, JsonValue]) -> list[_Wanted]:
    kept = [_Wanted(index, key, new[key]) for index, key in enumerate(old) if key in new]
    return kept + [_Wanted(None, key, value) for key, value in new.items() if key not in old]


def _aligned(old: list[JsonValue], new: list[JsonValue]) -> list[_Wanted]:
    """What both lists begin and end with is kept, and of what is between as much as there is."""
    shorter, surplus = min(len(old), len(new)), len(old) - len(new)
    start = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    end = next((count for count in range(shorter - start) if old[-1 - count] != new[-1 - count]), shorter - start)

    def source(index: int) -> int | None:
        if index >= len(new) - end:
            return index + surplus
        return index if index < shorter - end else None

    return [_Wanted(source(index), None, value) for index, value in enumerate(new)]
