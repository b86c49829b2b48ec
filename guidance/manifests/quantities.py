"""Quantities as an API server writes them: whatever the manifest says, `2` becomes `"2"`, `1000m` `"1"` and `1024Mi` `"1Gi"`."""

import re
from decimal import ROUND_UP, Context, Decimal
from functools import lru_cache

from guidance.documents.jsontype import JsonValue

FORM = re.compile(r"(?P<number>-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+))(?P<suffix>[numkMGTPE]|[KMGTPE]i|e-?[0-9]{1,2}|)")
"""Other spellings, such as `+5` and `1E3`, stay as they are; so does Kubernetes leave them."""
DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
SUFFIXES = {exponent: suffix for suffix, exponent in DECIMAL.items()}
BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
EXACT = Context(prec=100)
MILLIS = 3
MOST_PLAIN = 1e21
"""A number that Kubernetes reads as it was written, with an exponent."""
LONGEST = 60
"""Characters of a quantity that is rewritten; Kubernetes keeps longer ones, too, which nobody needs."""


def canonical(value: JsonValue) -> JsonValue:
    """The text for it; the value itself where it is no quantity."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    return _canonical(value if isinstance(value, str) else str(int(value) if value == int(value) and abs(value) < MOST_PLAIN else value))


@lru_cache(maxsize=1024)
def _canonical(text: str) -> str:
    found = FORM.fullmatch(text)
    if found is None or len(text) > LONGEST:
        return text
    number, suffix = Decimal(found["number"]), found["suffix"]
    if suffix in BINARY[1:]:
        number = EXACT.multiply(number, 1024 ** BINARY.index(suffix))
        return _binary(int(number)) if number == int(number) and abs(number) >= 1024 else _decimal(number)
    if suffix in DECIMAL:
        return _decimal(EXACT.scaleb(number, DECIMAL[suffix]))
    return _decimal(EXACT.scaleb(number, int(suffix[1:])), is_exponent=True)


def _decimal(number: Decimal, *, is_exponent: bool = False) -> str:
    """A whole number of thousands, millions, thousandths …, as few digits as possible; what is less than a thousandth counts as one."""
    digits, exponent = int(EXACT.scaleb(number, MILLIS).to_integral_value(ROUND_UP)), -MILLIS
    while digits and digits % 1000 == 0 and (is_exponent or exponent < max(SUFFIXES)):
        digits, exponent = digits // 1000, exponent + 3
    if not digits:
        return "0"
    return f"{digits}{(f'e{exponent}' if exponent else '') if is_exponent else SUFFIXES[exponent]}"


def _binary(whole: int) -> str:
    power = 0
    while whole % 1024 == 0 and power + 1 < len(BINARY):
        whole, power = whole // 1024, power + 1
    return f"{whole}{BINARY[power]}"
