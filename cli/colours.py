"""Colours, where a person looks at a terminal and has nothing against them (NO_COLOR)."""

import os
from dataclasses import dataclass
from typing import TextIO

CODES = {"error": "1;31", "advice": "1;33", "skipped": "2", "fix": "32", "quiet": "2", "strong": "1", "removed": "31", "added": "32"}


@dataclass(frozen=True)
class Paint:
    enabled: bool

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{CODES[style]}m{text}\x1b[0m" if self.enabled and text else text


PLAIN = Paint(enabled=False)


def paint_for(stream: TextIO) -> Paint:
    return Paint(stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")
