"""Comments that speak to us: `# autonomy: ignore POLICY: reason` lets a policy pass for the objects of its document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from cli.manifests.parsing import BLOCK_SCALARS, Chunk, Loader
from guidance.documents.source import Problem

MARK = re.compile(r"(?:^|\s)(?P<sign>#)[ \t]*autonomy:[ \t]*(?P<rest>.*)$", re.MULTILINE)
IGNORE = re.compile(r"ignore\s+(?P<policy>[^\s:]+)\s*(?::\s*(?P<reason>.*?)\s*)?")
FORM = "# autonomy: ignore POLICY: reason"


@dataclass(frozen=True)
class Ignored:
    file: str
    line: int
    policy: str
    reason: str


def ignored(chunk: Chunk) -> Iterator[Ignored | Problem]:
    """All of a document, in order. A comment that cannot be followed is a Problem: it would look as if it were."""
    for comment in _comments(chunk.text):
        line = chunk.line + chunk.text.count("\n", 0, comment.start("rest"))
        column = comment.start("rest") - chunk.text.rfind("\n", 0, comment.start("rest"))
        found = IGNORE.fullmatch(comment.group("rest").rstrip())
        if found is None:
            yield Problem(chunk.file, line, column, f"this comment says nothing known: write {FORM}")
        elif not found.group("reason"):
            policy = found.group("policy")
            yield Problem(chunk.file, line, column, f"{policy} is ignored without a reason: write # autonomy: ignore {policy}: reason")
        else:
            yield Ignored(chunk.file, line, found.group("policy"), found.group("reason"))


def _comments(text: str) -> Iterator[re.Match[str]]:
    """What looks the same within a text of the document (a script, a page) is none."""
    found = list(MARK.finditer(text)) if "autonomy:" in text else []
    texts = _texts(text) if found else []
    yield from (one for one in found if not any(start <= one.start("sign") < stop for start, stop in texts))


def _texts(text: str) -> list[tuple[int, int]]:
    """From where to where the scalars go. The line on which a block begins (`key: | # why`) holds nothing of it."""
    spans, whole = [], f"{text}\n"
    try:
        for event in yaml.parse(text, Loader=Loader):
            if isinstance(event, yaml.ScalarEvent) and event.start_mark and event.end_mark:
                start = event.start_mark.index
                spans.append((whole.index("\n", start) if event.style in BLOCK_SCALARS else start, event.end_mark.index))
    except yaml.YAMLError:  # told by who reads the document
        return [(0, len(text))]
    return spans
