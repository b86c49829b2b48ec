"""Regular expressions of RE2, in linear time: by the engine, whose syntax and choice of matches are Go's."""

from collections.abc import Callable
from functools import cache

from guidance.expressions.engine import engine
from guidance.expressions.errors import EvaluationError
from guidance.expressions.limits import ITERATION, spend

MARK = "\ufdd0"
"""Encloses the matches for a moment: a code point that no text has, by Unicode's word."""
CONTINUATION = range(0x80, 0xC0)
"""A byte of UTF-8 that does not begin a character."""


def matches(text: str, pattern: str) -> bool:
    return _asked("text.matches(pattern)", text, pattern) is True


def find(text: str, pattern: str) -> str:
    """The first match, or nothing."""
    return next(iter(find_all(text, pattern)), "")


def find_all(text: str, pattern: str, most: int = -1) -> list[str]:
    """The engine looks for empty matches at every byte; those inside of a character are none."""
    replaced = _asked("bytes(regex.replace(text, pattern, mark))", text, pattern)
    if MARK in text or not isinstance(replaced, bytearray):
        raise EvaluationError("a text that is no Unicode cannot be searched")
    parts = bytes(replaced).split(MARK.encode())
    spend(len(parts))
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    found = [match.decode() for match, rest in pairs if match or not (rest and rest[0] in CONTINUATION)]
    return found if most < 0 else found[:most]


def _asked(expression: str, text: str, pattern: str) -> object:
    if "\0" in text or "\0" in pattern:
        raise EvaluationError("a text with NUL cannot be searched")
    spend(ITERATION + len(pattern) + (len(text) >> 4))
    value = _compiled(expression).eval(data={"text": text, "pattern": pattern, "mark": rf"{MARK}\0{MARK}"})
    if value.type() == engine.Type.ERROR:
        raise EvaluationError(str(value.plain_value()).partition(": ")[2])
    plain: object = value.plain_value()
    return plain


@cache
def _compiled(expression: str) -> engine.Expression:
    config = engine.NewEnvConfigFromYaml("extensions: [{name: optional}, {name: regex}]")
    strings = dict.fromkeys(("text", "pattern", "mark"), engine.Type.STRING)
    return engine.NewEnv(config=config, variables=strings).compile(expression)


KNOWN: dict[str, Callable[..., object]] = {
    "string.matches(string) -> bool": matches,
    "matches(string, string) -> bool": matches,
}
FUNCTIONS: dict[str, Callable[..., object]] = {
    "string.find(string) -> string": find,
    "string.findAll(string) -> list<string>": find_all,
    "string.findAll(string, int) -> list<string>": find_all,
}
