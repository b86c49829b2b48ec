"""Documents over all cores: judging them is independent, and Python uses one core only."""

import os
from collections.abc import Callable, Sequence

from cli.check.report import Report
from cli.errors import Stopped
from cli.manifests.parsing import Chunk

WORTH_IT = 250_000
"""Characters from which on a second process pays for its start."""
BATCHES_PER_CORE = 4
_shared: list[tuple[Callable[[Chunk], Report], Sequence[Chunk]]] = []
"""What the processes inherit, so that nothing need be sent to them: compiled expressions cannot be."""


def each(work: Callable[[Chunk], Report], chunks: Sequence[Chunk]) -> list[Report]:
    """The reports in the order of the chunks."""
    cores = _cores()
    if cores == 1 or sum(len(chunk.text) for chunk in chunks) < WORTH_IT or len(chunks) < cores:
        return [work(chunk) for chunk in chunks]
    _shared.append((work, chunks))
    size = -(-len(chunks) // (cores * BATCHES_PER_CORE))
    try:
        return _in_processes(cores, [slice(start, start + size) for start in range(0, len(chunks), size)])
    finally:
        _shared.clear()


def _in_processes(cores: int, batches: Sequence[slice]) -> list[Report]:
    """Each process leaves at once when the user ends the check. Raises Stopped."""
    import multiprocessing  # these take long to load, and small checks need them not
    import signal
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    context, by_default = multiprocessing.get_context("fork"), (signal.SIGINT, signal.SIG_DFL)
    try:
        with ProcessPoolExecutor(cores, context, initializer=signal.signal, initargs=by_default) as pool:
            return [report for batch in pool.map(_batch, batches) for report in batch]
    except BrokenProcessPool as error:
        raise Stopped(f"one of {cores} processes was ended from outside: is there too little memory for them?") from error


def _batch(some: slice) -> list[Report]:
    work, chunks = _shared[-1]
    return [work(chunk) for chunk in chunks[some]]


def _cores() -> int:
    """Those that this process may use; one where processes cannot be forked."""
    if not hasattr(os, "fork"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
