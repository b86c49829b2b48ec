"""Pure: a unified diff as blocks of numbered lines, long unchanged runs folded. Nothing is left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

CONTEXT = 4
"""Unchanged lines that stay in sight next to a change."""
SHORTEST_FOLD = 6


class Kind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Line:
    """One line; its number before and after, None where it is not there."""

    kind: Kind
    before: int | None
    after: int | None
    text: str


@dataclass(frozen=True)
class Block:
    """Lines that are shown, or folded away behind their number."""

    lines: Sequence[Line]
    folded: bool


@dataclass(frozen=True)
class Difference:
    blocks: Sequence[Block]
    added: int
    removed: int


def difference(diff: str) -> Difference:
    """What `clusters.drift.render` wrote, ready to be shown."""
    lines = list(_numbered(diff.splitlines()))
    return Difference(
        blocks=list(_blocks(lines)),
        added=sum(line.kind == Kind.ADDED for line in lines),
        removed=sum(line.kind == Kind.REMOVED for line in lines),
    )


def _numbered(lines: Sequence[str]) -> Iterator[Line]:
    before = after = 0
    for line in lines[2:] if lines[:1] and lines[0].startswith("--- ") else lines:
        sign, text = line[:1], line[1:]
        if sign == "+":
            after += 1
            yield Line(Kind.ADDED, None, after, text)
        elif sign == "-":
            before += 1
            yield Line(Kind.REMOVED, before, None, text)
        else:
            before, after = before + 1, after + 1
            yield Line(Kind.SAME, before, after, text)


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    runs = [list(run) for _, run in groupby(lines, key=lambda line: line.kind == Kind.SAME)]
    for position, run in enumerate(runs):
        if run[0].kind != Kind.SAME:
            yield Block(run, folded=False)
        else:
            yield from _folded(run, head=position > 0, tail=position < len(runs) - 1)


def _folded(run: Sequence[Line], *, head: bool, tail: bool) -> Iterator[Block]:
    """`head`, `tail`: whether a change comes right before, right after this run."""
    first, last = CONTEXT if head else 0, CONTEXT if tail else 0
    hidden = run[first : len(run) - last]
    if len(hidden) < SHORTEST_FOLD:
        yield Block(run, folded=False)
        return
    parts = ((run[:first], False), (hidden, True), (run[len(run) - last :], False))
    yield from (Block(part, folded) for part, folded in parts if part)
