"""Pure: a refused click or form, as Slack shows it. Where the plan was replaced it shows what moved, in the words of the REST problem.

Nothing is approved from here, so a difference that is too long is cut: to the lines near a change, then to their number.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from audit.problems import Problem
from notifications import blocks as kit
from notifications.blocks import Block
from notifications.message import Content

CONTEXT = 3
"""Unchanged lines that stay next to a change where there is no room for all of them."""


def whisper(problem: Problem, page: str) -> Content:
    """For who clicked; `page` is the link to the request's page, empty for who may not see it. Blocks where something moved."""
    lines = [_title(problem), kit.escape(problem.detail), kit.escape(problem.suggestion), page]
    blocks = _with_what_moved(problem, page, kit.fits_message) if problem.extra.get("moved") else []
    return Content("\n".join(line for line in dict.fromkeys(lines) if line), blocks)


def over_the_form(problem: Problem, page: str) -> Block | None:
    """A modal to put over the form that was sent, which stays below; None where a line below its field says everything."""
    if not problem.extra.get("moved"):
        return None
    blocks = _with_what_moved(problem, page, lambda blocks: kit.fits_modal(_modal(blocks), blocks))
    return _modal(blocks)


def _modal(blocks: Sequence[Block]) -> Block:
    return {"type": "modal", "title": kit.plain("Not approved"), "close": kit.plain("Back"), "blocks": list(blocks)}


def _title(problem: Problem) -> str:
    return f":warning: *{kit.escape(problem.title)}*"


def _with_what_moved(problem: Problem, page: str, fits: Callable[[Sequence[Block]], bool]) -> list[Block]:
    head = kit.section(f"{_title(problem)}\n{kit.escape(problem.detail)}")
    foot = kit.section(f"{kit.escape(problem.suggestion)}\n{page}")
    candidates = ([head, *moved, foot] for moved in _ways_to_say(str(problem.extra["moved"])))
    return next(blocks for blocks in candidates if fits(blocks))


def _ways_to_say(moved: str) -> Iterator[list[Block]]:
    """The longest first; the last always fits."""
    for text in (moved, _excerpt(moved)):
        shown = kit.fenced(text)
        if shown is not None:
            yield [kit.section("*What moved*"), *shown]
    yield [kit.section(f"*What moved*\n{kit.counts(moved)}: too much for Slack.")]


def _excerpt(difference: str) -> str:
    """The lines of a unified difference that are next to a change; dots stand for the others."""
    lines = difference.splitlines()
    changes = [number for number, line in enumerate(lines) if line[:1] in {"+", "-"}]
    near = {number for change in changes for number in range(change - CONTEXT, change + CONTEXT + 1)}
    runs = groupby(enumerate(lines), key=lambda numbered: numbered[0] in near)
    return "\n".join(line for is_near, run in runs for line in ([text for _, text in run] if is_near else ["…"]))
