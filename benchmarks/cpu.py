"""Processor time by part of the system: what a request costs, whatever else the machine does meanwhile."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from benchmarks.figures import Bench
from benchmarks.machine import Machine

PARTS: Mapping[str, Mapping[str, str]] = {
    "floor": {"web": "floor-web", "worker": "floor-worker"},
    "product": {"web": "web", "worker": "worker", "notifier": "notifier", "beat": "beat", "watcher": "watcher"},
}
SHARED: Mapping[str, str] = {"PostgreSQL": "postgres", "Redis": "redis", "API server": "cluster"}


@dataclass(frozen=True)
class Cost:
    """Milliseconds of processor time for one request, by part."""

    side: str
    parts: Mapping[str, float]

    def line(self) -> str:
        parts = ", ".join(f"{part} {cost:.2f}" for part, cost in self.parts.items())
        return f"{self.side:<8} {sum(self.parts.values()):6.2f} ms  ({parts})"


def cost(machine: Machine, bench: Bench, samples: int) -> Cost:
    """Of a submission by one of 16 clients, its execution included."""
    names = {**PARTS[bench.side.name], **SHARED}
    before = {part: _spent(machine.processes.pid(name)) for part, name in names.items()}
    own = sum(os.times()[:2])
    bench.completed_per_second(samples)
    after = {part: _spent(machine.processes.pid(name)) for part, name in names.items()}
    spent = {part: (after[part] - before[part]) * 1000 / samples for part in names}
    return Cost(bench.side.name, {**spent, "client": (sum(os.times()[:2]) - own) * 1000 / samples})


def _spent(pid: int) -> float:
    """Seconds of a process and its children, those that have ended included."""
    root = psutil.Process(pid)
    own = root.cpu_times()
    return own.user + own.system + own.children_user + own.children_system + sum(map(_alone, root.children(recursive=True)))


def _alone(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system
