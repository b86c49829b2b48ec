"""Plain scalars as Kubernetes reads them, which is neither YAML 1.1 nor 1.2.

`sigs.k8s.io/yaml` takes `yes`, `on` and `y` for true and `0644` for octal, but dates, `1:30` and `=` for text.
"""

import re
from functools import lru_cache

WORDS: dict[str, bool | float | None] = {
    **{word: True for true in ("y", "yes", "on", "true") for word in (true, true.title(), true.upper())},
    **{word: False for false in ("n", "no", "off", "false") for word in (false, false.title(), false.upper())},
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
MAY_BE_OTHER = frozenset("+-.0123456789yYnNtTfFoO~")
"""The first letters of all scalars that are not text."""
WHOLE = re.compile(r"[-+]?(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]*))")
BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
MOST_WHOLE = 2**63
LONGEST_NUMBER = 400
"""Characters; Python takes quadratic time to read a number."""


@lru_cache(maxsize=8192)
def plain(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar without a tag means."""
    if not text:
        return None
    if text[0] not in MAY_BE_OTHER:
        return text
    if text in WORDS:
        return WORDS[text]
    return _number(text) if text[0] in "+-.0123456789" and len(text) <= LONGEST_NUMBER else text


def _number(text: str) -> str | int | float:
    digits = text.replace("_", "") if text[0] != "." else text
    if found := WHOLE.fullmatch(digits):
        base = str(found.lastgroup)
        number = int(found.group(base), BASES[base])
        return -number if digits[0] == "-" else number
    return _decimal(float(digits)) if DECIMAL.fullmatch(digits) else text


def _decimal(number: float) -> int | float:
    """`3.0` and Helm's `1e+06` become JSON on their way to Kubernetes, as 3 and 1000000."""
    return int(number) if abs(number) < MOST_WHOLE and number.is_integer() else number
