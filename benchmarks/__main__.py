"""`python -m benchmarks`: the product against the bare floor of the same work, both started here, measured in turns."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cpu import cost
from benchmarks.figures import Bench
from benchmarks.machine import Machine
from benchmarks.report import Figure, Round, table
from devstack.processes import Failure

Measure = Callable[[Bench, int], float]


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int
    samples: int
    """Of each latency, in each round."""
    burst: int
    """Submissions in each round's throughput."""


FIGURES: Mapping[str, tuple[Figure, Measure]] = {
    "effect": (Figure("POST to effect, p50", "ms", 1.6), Bench.post_to_effect),
    "visible": (Figure("POST to visible, p50", "ms", 1.4), Bench.visible),
    "throughput": (Figure("completed, 16 clients", "/s", 0.7, more_is_better=True), Bench.completed_per_second),
    "approve": (Figure("approve to effect, p50", "ms", 1.7), Bench.approve_to_effect),
}


def main() -> int:
    arguments = _arguments()
    plan = Plan(arguments.rounds or 2, 40, 200) if arguments.quick else Plan(arguments.rounds or 9, 150, 600)
    try:
        with _directory(arguments.data_dir) as directory, Machine(directory) as machine:
            _start(machine)
            if arguments.cost:
                _tell_costs(machine, plan)
            else:
                print(table(_measure(machine, plan, arguments.only)))
    except Failure as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=0, help="how often both sides are measured (9)")
    parser.add_argument("--quick", action="store_true", help="two short rounds: to see that it runs, not to quote")
    parser.add_argument("--only", choices=FIGURES, action="append", help="these figures only")
    parser.add_argument("--cost", action="store_true", help="processor time of a submission by part, in place of the figures")
    parser.add_argument("--data-dir", type=Path, help="keep the servers' data there, so that the next start is quicker")
    return parser.parse_args()


@contextmanager
def _directory(chosen: Path | None) -> Iterator[Path]:
    if chosen is not None:
        yield chosen
        return
    with tempfile.TemporaryDirectory(prefix="autonomy-bench-") as directory:
        yield Path(directory)


def _start(machine: Machine) -> None:
    for step in machine.steps():
        print(f"starting: {step.title}", flush=True)
        step.run()


def _tell_costs(machine: Machine, plan: Plan) -> None:
    port = machine.ports["cluster"]
    benches = [Bench(machine.floor(), port), Bench(machine.product(), port)]
    for bench in benches:
        bench.completed_per_second(plan.burst)
    for _ in range(plan.rounds):
        for bench in benches:
            print(cost(machine, bench, plan.burst).line(), flush=True)


def _measure(machine: Machine, plan: Plan, only: list[str] | None) -> dict[Figure, list[Round]]:
    """Floor and product in turns, so that whatever else the machine does meets both; who begins alternates too."""
    port = machine.ports["cluster"]
    floor, product = Bench(machine.floor(), port), Bench(machine.product(), port)
    chosen = [FIGURES[name] for name in only or FIGURES]
    for bench in (floor, product):
        _warm_up(bench, plan)
    found: dict[Figure, list[Round]] = {figure: [] for figure, _ in chosen}
    for number in range(plan.rounds):
        for figure, measure in chosen:
            found[figure].append(_round(measure, plan.burst if figure.unit == "/s" else plan.samples, floor, product, number))
        machine.processes.check()
        told = ", ".join(f"{rounds[-1].ratio:.2f}x" for rounds in found.values())
        print(f"round {number + 1} of {plan.rounds}: {told} (load {os.getloadavg()[0]:.1f})", flush=True)
    return found


def _warm_up(bench: Bench, plan: Plan) -> None:
    for _ in range(2):
        for _, measure in FIGURES.values():
            measure(bench, plan.samples // 2)
    bench.completed_per_second(plan.burst)


def _round(measure: Measure, samples: int, floor: Bench, product: Bench, number: int) -> Round:
    if number % 2:
        of_product = measure(product, samples)
        return Round(measure(floor, samples), of_product)
    of_floor = measure(floor, samples)
    return Round(of_floor, measure(product, samples))


if __name__ == "__main__":
    sys.exit(main())
