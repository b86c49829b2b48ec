"""Semantic versions, as `blang/semver` reads and compares them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from guidance.expressions.errors import EvaluationError
from guidance.expressions.limits import remembered
from guidance.expressions.values import UINT64, Opaque

NUMBER = re.compile(r"0|[1-9][0-9]*")
WORD = re.compile(r"[0-9A-Za-z-]+")
PARTS = 3
Identifier = tuple[bool, int, str]
"""Of a pre-release: whether it is text, its number, its text; numbers come first."""


@dataclass(frozen=True, slots=True)
class Semver(Opaque):
    """Build metadata is checked and forgotten: it never matters."""

    cel_type: ClassVar[str] = "kubernetes.Semver"
    core: tuple[int, int, int]
    before: tuple[Identifier, ...] = ()

    def major(self) -> int:
        return _signed(self.core[0])

    def minor(self) -> int:
        return _signed(self.core[1])

    def patch(self) -> int:
        return _signed(self.core[2])

    def compare_to(self, other: "Semver") -> int:
        one, two = ((version.core, not version.before, version.before) for version in (self, other))
        return (one > two) - (one < two)

    def is_greater_than(self, other: "Semver") -> bool:
        return self.compare_to(other) == 1

    def is_less_than(self, other: "Semver") -> bool:
        return self.compare_to(other) == -1


@remembered
def parse(text: str, normalize: bool = False) -> Semver:
    """Raises EvaluationError."""
    parts = (_normalized(text) if normalize else text).split(".", PARTS - 1)
    if len(parts) != PARTS:
        raise EvaluationError("No Major.Minor.Patch elements found")
    rest, plus, build = parts[2].partition("+")
    patch, dash, before = rest.partition("-")
    for word in build.split(".") if plus else ():
        if not WORD.fullmatch(word):
            raise EvaluationError(f"Invalid character(s) found in build meta data {json.dumps(word)}")
    core = (_number(parts[0], "major"), _number(parts[1], "minor"), _number(patch, "patch"))
    return Semver(core, tuple(map(_identifier, before.split("."))) if dash else ())


def is_semver(text: str, normalize: bool = False) -> bool:
    try:
        parse(text, normalize)
    except EvaluationError:
        return False
    return True


def _normalized(text: str) -> str:
    """Without a leading `v` and leading zeros, with the numbers that are missing."""
    parts = [_without_zeros(part) for part in text.removeprefix("v").split(".", PARTS - 1)]
    if len(parts) < PARTS and re.search("[+-]", parts[-1]):
        raise EvaluationError("short version cannot contain PreRelease/Build meta data")
    return ".".join(parts + ["0"] * (PARTS - len(parts)))


def _without_zeros(part: str) -> str:
    if len(part) <= 1:
        return part
    rest = part.lstrip("0")
    return rest if rest[:1].isascii() and rest[:1].isdigit() else f"0{rest}"


def _number(text: str, what: str) -> int:
    if not NUMBER.fullmatch(text) or len(text) > 20 or int(text) not in UINT64:
        raise EvaluationError(f"{json.dumps(text)} is no {what} number: digits without leading zeros, of at most 64 bits")
    return int(text)


def _identifier(text: str) -> Identifier:
    if not WORD.fullmatch(text):
        raise EvaluationError(f"Invalid character(s) found in prerelease {json.dumps(text)}")
    return (False, _number(text, "pre-release"), "") if text.isdigit() else (True, 0, text)


def _signed(number: int) -> int:
    """CEL's int has 64 bits with a sign, and Kubernetes does not look at it."""
    return number - 2**64 if number >= 2**63 else number


FUNCTIONS: dict[str, Callable[..., object]] = {
    "semver(string) -> Semver": parse,
    "semver(string, bool) -> Semver": parse,
    "isSemver(string) -> bool": is_semver,
    "isSemver(string, bool) -> bool": is_semver,
    "Semver.isGreaterThan(Semver) -> bool": Semver.is_greater_than,
    "Semver.isLessThan(Semver) -> bool": Semver.is_less_than,
    "Semver.compareTo(Semver) -> int": Semver.compare_to,
    "Semver.major() -> int": Semver.major,
    "Semver.minor() -> int": Semver.minor,
    "Semver.patch() -> int": Semver.patch,
}
