"""Comments that speak to us: `# autonomy: ignore POLICY: reason` lets a policy pass for the objects of its document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cli.manifests.parsing import Chunk
from guidance.documents.source import Problem

MARK = re.compile(r"(?:^|\s)#\s*autonomy:\s*(?P<rest>.*)$", re.MULTILINE)
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
    if "autonomy:" not in chunk.text:
        return
    for comment in MARK.finditer(chunk.text):
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
