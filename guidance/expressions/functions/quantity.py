"""Amounts of resources, such as `1.5Gi` and `100m`, as Kubernetes reads and counts with them (`resource.Quantity`)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from guidance.expressions.errors import EvaluationError
from guidance.expressions.limits import remembered
from guidance.expressions.values import INT64, Opaque

FORM = re.compile(r"(?P<sign>[+-]?)(?P<zeros>0*)(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?(?P<suffix>[eEinumkKMGTP]*[+-]?[0-9]*)")
DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)")
NANO = -9
MOST_DIGITS = 18
"""Of a number that Kubernetes surely keeps in 64 bits."""
MOST_WRITTEN = 1000
"""Digits in a text. Kubernetes takes more, and grows slow."""
MOST_APART = 3000
"""Powers of ten between two numbers that are added; `1e999999999` is a quantity."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantity(Opaque):
    """`digits` times ten to the power of `scale`.

    `big` ones are those that Kubernetes keeps as a decimal of any length: they are no integers to it, even where they are whole.
    It also cannot compare a `computed` one (by add and sub) when it stands on the right of `==`; so that verdicts are the same, we can't.
    """

    cel_type: ClassVar[str] = "kubernetes.Quantity"
    digits: int
    scale: int
    big: bool = False
    computed: bool = False

    def equals(self, other: object) -> bool:
        if not isinstance(other, Quantity) or other.computed:
            raise EvaluationError("no such overload")
        return self.compare_to(other) == 0

    def compare_to(self, other: "Quantity") -> int:
        """By sign and number of digits first, so that numbers of a billion digits are never written out."""
        if self.sign() != other.sign() or self.sign() == 0:
            return (self.sign() > other.sign()) - (self.sign() < other.sign())
        longer = _length(self) - _length(other)
        if longer:
            return self.sign() if longer > 0 else -self.sign()
        one, two, _ = _aligned(self, other)
        return (one > two) - (one < two)

    def is_greater_than(self, other: "Quantity") -> bool:
        return self.compare_to(other) == 1

    def is_less_than(self, other: "Quantity") -> bool:
        return self.compare_to(other) == -1

    def sign(self) -> int:
        return (self.digits > 0) - (self.digits < 0)

    def is_integer(self) -> bool:
        return self._integer() is not None

    def as_integer(self) -> int:
        number = self._integer()
        if number is None:
            raise EvaluationError("cannot convert value to integer")
        return number

    def as_approximate_float(self) -> float:
        try:
            base = float(self.digits)
        except OverflowError:
            base = float("inf") * self.sign()
        return base * float(f"1e{self.scale}") if self.scale else base

    def add(self, other: "Quantity | int") -> "Quantity":
        addend = other if isinstance(other, Quantity) else Quantity(other, 0)
        small = not (self.big or addend.big)
        if small and not addend.digits:
            return Quantity(self.digits, self.scale, computed=True)
        if small and not self.digits:
            return Quantity(addend.digits, addend.scale, computed=True)
        one, two, scale = _aligned(self, addend)
        fits = small and one in INT64 and two in INT64 and one + two in INT64
        return Quantity(one + two, scale, not fits, computed=True)

    def sub(self, other: "Quantity | int") -> "Quantity":
        return self.add(Quantity(-other.digits, other.scale, other.big) if isinstance(other, Quantity) else -other)

    def _integer(self) -> int | None:
        if self.big or self.scale < 0:
            return None
        number = self.digits * 10 ** min(self.scale, MOST_DIGITS + 1)
        return number if number in INT64 else None


@remembered
def parse(text: str) -> Quantity:
    """Raises EvaluationError."""
    found = FORM.fullmatch(text)
    if not text or not found:
        raise EvaluationError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
    whole, fraction, suffix = found["whole"] or "0", found["fraction"] or "", found["suffix"]
    sign = -1 if found["sign"] == "-" else 1
    quantity = _binary(sign, whole, fraction, suffix) if suffix in BINARY else _decimal(sign, whole, fraction, suffix)
    if quantity.big and not (found["zeros"] or found["whole"] or fraction):
        raise EvaluationError("unable to parse numeric part of quantity")
    return quantity


def _decimal(sign: int, whole: str, fraction: str, suffix: str) -> Quantity:
    exponent = DECIMAL[suffix] if suffix in DECIMAL else _exponent(suffix)
    scale = exponent - len(fraction)
    number = sign * _int(whole + fraction)
    fits = len(whole) + len(fraction) <= MOST_DIGITS and scale >= NANO
    return Quantity(number, scale) if fits else _rounded(number, scale)


def _exponent(suffix: str) -> int:
    """Kubernetes keeps 32 bits of it."""
    found = EXPONENT.fullmatch(suffix)
    if not found or (number := _int(found[1])) not in INT64:
        raise EvaluationError("unable to parse quantity's suffix")
    return (number + 2**31) % 2**32 - 2**31


def _binary(sign: int, whole: str, fraction: str, suffix: str) -> Quantity:
    exponent = BINARY[suffix]
    number = _int(whole + fraction) << exponent
    if not fraction and len(whole) <= 14 - exponent * 3 // 10 and number in INT64:
        return Quantity(sign * number, 0)
    if number > INT64[-1] * 10 ** len(fraction):
        return Quantity(sign * INT64[-1], 0, big=True)
    return _rounded(sign * number, -len(fraction))


def _rounded(number: int, scale: int) -> Quantity:
    """To whole nanos, away from zero: who wants some gets some."""
    if number == 0:
        return Quantity(0, scale, big=True)
    if scale >= NANO:
        return Quantity(number * 10 ** _distance(scale, NANO), NANO, big=True)
    if len(str(abs(number))) + scale <= NANO:
        return Quantity(1 if number > 0 else -1, NANO, big=True)
    nanos = -(-abs(number) // 10 ** (NANO - scale))
    return Quantity(nanos if number > 0 else -nanos, NANO, big=True)


def _int(digits: str) -> int:
    if len(digits) > MOST_WRITTEN:
        raise EvaluationError(f"a quantity of {len(digits)} digits is too long")
    return int(digits)


def _length(quantity: Quantity) -> int:
    """The place of its first digit."""
    return len(str(abs(quantity.digits))) + quantity.scale


def _aligned(one: Quantity, two: Quantity) -> tuple[int, int, int]:
    """The digits of both at the smaller scale, and that scale."""
    scale = min(one.scale, two.scale)
    return one.digits * 10 ** _distance(one.scale, scale), two.digits * 10 ** _distance(two.scale, scale), scale


def _distance(scale: int, smaller: int) -> int:
    if scale - smaller > MOST_APART:
        raise EvaluationError("a quantity of this size cannot be counted with")
    return scale - smaller


def is_quantity(text: str) -> bool:
    try:
        parse(text)
    except EvaluationError:
        return False
    return True


FUNCTIONS: dict[str, Callable[..., object]] = {
    "quantity(string) -> Quantity": parse,
    "isQuantity(string) -> bool": is_quantity,
    "sign(Quantity) -> int": Quantity.sign,
    "Quantity.isGreaterThan(Quantity) -> bool": Quantity.is_greater_than,
    "Quantity.isLessThan(Quantity) -> bool": Quantity.is_less_than,
    "Quantity.compareTo(Quantity) -> int": Quantity.compare_to,
    "Quantity.asApproximateFloat() -> double": Quantity.as_approximate_float,
    "Quantity.asInteger() -> int": Quantity.as_integer,
    "Quantity.isInteger() -> bool": Quantity.is_integer,
    "Quantity.add(Quantity) -> Quantity": Quantity.add,
    "Quantity.add(int) -> Quantity": Quantity.add,
    "Quantity.sub(Quantity) -> Quantity": Quantity.sub,
    "Quantity.sub(int) -> Quantity": Quantity.sub,
}
