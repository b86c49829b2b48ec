"""A patch between two texts of any length. `difflib` compares every line with all others, which long files take minutes for."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

CONTEXT = 3
WINDOW = 200
"""Lines that are compared at once; more where they have nothing in common."""


class Part(NamedTuple):
    """Lines of the old text, and those of the new one in their place."""

    start: int
    stop: int
    new_start: int
    new_stop: int


def unified(old: Sequence[str], new: Sequence[str], name: str) -> Iterator[str]:
    """The lines of the patch; nothing where both are the same."""
    hunks = list(_hunks(list(_changes(old, new))))
    if hunks:
        yield from (f"--- {name}\n", f"+++ {name}\n")
    for hunk in hunks:
        yield from _lines(hunk, old, new)


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    """In their order. What a window has in common with the other one is sure to stay; the next one begins behind it."""
    start = new_start = 0
    while start < len(old) or new_start < len(new):
        if start < len(old) and new_start < len(new) and old[start] == new[new_start]:
            start, new_start = start + 1, new_start + 1
            continue
        parts, stop, new_stop = _in_window(old, new, start, new_start)
        yield from parts
        start, new_start = stop, new_stop


def _in_window(old: Sequence[str], new: Sequence[str], start: int, new_start: int) -> tuple[list[Part], int, int]:
    size = WINDOW
    while True:
        some, others = old[start : start + size], new[new_start : new_start + size]
        codes = SequenceMatcher(None, some, others, autojunk=False).get_opcodes()
        is_last = start + size >= len(old) and new_start + size >= len(new)
        while codes and codes[-1][0] != "equal" and not is_last:
            codes.pop()
        if codes:
            parts = [Part(start + a, start + b, new_start + c, new_start + d) for tag, a, b, c, d in codes if tag != "equal"]
            return parts, start + codes[-1][2], new_start + codes[-1][4]
        size *= 2


def _hunks(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Those whose context would touch come together."""
    hunk: list[Part] = []
    for part in parts:
        if hunk and part.start - hunk[-1].stop > 2 * CONTEXT:
            yield hunk
            hunk = []
        hunk.append(part)
    if hunk:
        yield hunk


def _lines(hunk: Sequence[Part], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    first, last = hunk[0], hunk[-1]
    before = min(CONTEXT, first.start)
    after = min(CONTEXT, len(old) - last.stop)
    yield f"@@ -{_range(first.start - before, last.stop + after)} +{_range(first.new_start - before, last.new_stop + after)} @@\n"
    at = first.start - before
    for part in hunk:
        yield from (f" {line}" for line in old[at : part.start])
        yield from (f"-{line}" for line in old[part.start : part.stop])
        yield from (f"+{line}" for line in new[part.new_start : part.new_stop])
        at = part.stop
    yield from (f" {line}" for line in old[at : at + after])


def _range(start: int, stop: int) -> str:
    """Lines count from 1; one alone is told without its number, and none at all by the line before."""
    count = stop - start
    return str(start + 1) if count == 1 else f"{start + 1 if count else start},{count}"
