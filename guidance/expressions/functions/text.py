"""The string functions of CEL's standard library and of its strings extension; positions count characters."""

import string
from collections.abc import Callable

from guidance.expressions.errors import EvaluationError
from guidance.expressions.limits import check_length, spend

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
QUOTED = str.maketrans({"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v", "\\": r"\\", '"': r"\""})


def char_at(text: str, index: int) -> str:
    """Empty at the end."""
    _check(index, text)
    return text[index : index + 1]


def index_of(text: str, part: str, start: int = 0) -> int:
    if not part:
        return start
    if start < 0:
        raise EvaluationError(f"index out of range: {start}")
    return text.find(part, start)


def last_index_of(text: str, part: str, start: int | None = None) -> int:
    """Of those that begin at `start` or before it."""
    if not part:
        return len(text) if start is None else start
    if start is None:
        return text.rfind(part)
    if start < 0:
        raise EvaluationError(f"index out of range: {start}")
    return text.rfind(part, 0, start + len(part)) if start < len(text) else -1


def replace(text: str, old: str, new: str, most: int = -1) -> str:
    check_length(len(text) + text.count(old) * len(new))
    return text.replace(old, new, max(most, -1))


def split(text: str, separator: str, most: int = -1) -> list[str]:
    if most == 0:
        return []
    spend(text.count(separator))
    if separator:
        return text.split(separator, max(most - 1, -1) if most > 0 else -1)
    alone = len(text) if most < 0 or most > len(text) else most - 1
    return [*text[:alone], *([text[alone:]] if alone < len(text) else [])]


def substring(text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if end is not None and start > stop:
        raise EvaluationError(f"invalid substring range. start: {start}, end: {end}")
    _check(start, text)
    _check(stop, text)
    return text[start:stop]


def _check(index: int, text: str) -> None:
    if not 0 <= index <= len(text):
        raise EvaluationError(f"index out of range: {index}")


def join(parts: list[object], separator: str = "") -> str:
    for part in parts:
        if not isinstance(part, str):
            raise EvaluationError(f"join: invalid input: {part}")
    check_length(sum(len(str(part)) + len(separator) for part in parts))
    return separator.join(map(str, parts))


def quote(text: str) -> str:
    return f'"{text.translate(QUOTED)}"'


KNOWN: dict[str, Callable[..., object]] = {
    "string.charAt(int) -> string": char_at,
    "string.indexOf(string) -> int": index_of,
    "string.indexOf(string, int) -> int": index_of,
    "string.lastIndexOf(string) -> int": last_index_of,
    "string.lastIndexOf(string, int) -> int": last_index_of,
    "string.lowerAscii() -> string": lambda text: text.translate(LOWER),
    "string.upperAscii() -> string": lambda text: text.translate(UPPER),
    "string.replace(string, string) -> string": replace,
    "string.replace(string, string, int) -> string": replace,
    "string.split(string) -> list<string>": split,
    "string.split(string, int) -> list<string>": split,
    "string.substring(int) -> string": substring,
    "string.substring(int, int) -> string": substring,
    "string.trim() -> string": lambda text: text.strip(SPACE),
    "list<string>.join() -> string": join,
    "list<string>.join(string) -> string": join,
    "strings.quote(string) -> string": quote,
}
"""The engine's extension has them too."""
STANDARD: dict[str, Callable[..., object]] = {
    "string.contains(string) -> bool": lambda text, part: part in text,
    "string.startsWith(string) -> bool": str.startswith,
    "string.endsWith(string) -> bool": str.endswith,
}
