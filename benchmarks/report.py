"""From the rounds to what is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One line of the table. `target` is the ratio to the floor that we promise: at most, or at least where more is better."""

    title: str
    unit: str
    target: float
    more_is_better: bool = False

    def promise(self) -> str:
        return f"{'>=' if self.more_is_better else '<='} {self.target}x"


@dataclass(frozen=True)
class Round:
    floor: float
    product: float

    @property
    def ratio(self) -> float:
        return self.product / self.floor


def line(figure: Figure, rounds: Sequence[Round]) -> str:
    ratios = sorted(one.ratio for one in rounds)
    floor, product = median(one.floor for one in rounds), median(one.product for one in rounds)
    spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
    return f"{figure.title:<30} {floor:>8.1f} {product:>8.1f} {figure.unit:<4} {median(ratios):>6.2f}x   {spread:<14} {figure.promise():>8}"


def table(found: Mapping[Figure, Sequence[Round]]) -> str:
    head = f"{'':<30} {'floor':>8} {'product':>8} {'':<4} {'ratio':>7}   {'of all rounds':<14} {'promise':>8}"
    return "\n".join([head, *(line(figure, rounds) for figure, rounds in found.items())])
