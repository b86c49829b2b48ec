"""The four figures of one round on one side."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks.client import Call, Connection, send_all
from benchmarks.sides import ENDED, Side, new_name, until

CLIENTS = 16


@dataclass(frozen=True)
class Bench:
    """A side, and the API server that tells when each effect came."""

    side: Side
    cluster_port: int

    def post_to_effect(self, samples: int) -> float:
        """Median milliseconds from sending the submission to the Kubernetes call."""
        with Connection(self.side.port) as web, Connection(self.cluster_port) as cluster:
            return median(self._effect(web, cluster, self.side.submit) for _ in range(samples))

    def visible(self, samples: int) -> float:
        """Median milliseconds from sending the submission until a client that reads it again and again sees the end."""
        with Connection(self.side.port) as web:
            return median(self._visible(web) for _ in range(samples))

    def completed_per_second(self, samples: int) -> float:
        """Submissions of 16 clients at once, from the first until the last has had its effect."""
        calls = [self.side.submit(new_name()) for _ in range(samples)]
        with Connection(self.cluster_port) as cluster:
            before = cluster.send(Call("GET", "/effects"))["count"]
            start = time.monotonic_ns()
            asyncio.run(send_all(self.side.port, calls, clients=CLIENTS))
            last = cluster.send(Call("GET", f"/effects?count={before + samples}"))["at"]
        return samples / ((last - start) / 1e9)

    def approve_to_effect(self, samples: int) -> float:
        """Median milliseconds from sending the approval to the Kubernetes call; all are planned before the first is approved."""
        with Connection(self.side.port) as web, Connection(self.cluster_port) as cluster:
            targets = {target: web.send(self.side.submit_waiting(target))["id"] for target in (new_name() for _ in range(samples))}
            waiting = {target: until(self.side, web, pk, ("waiting", "awaiting_approval")) for target, pk in targets.items()}
            return median(self._approved(web, cluster, target, seen) for target, seen in waiting.items())

    def _approved(self, web: Connection, cluster: Connection, target: str, seen: object) -> float:
        return self._timed(web, cluster, target, self.side.approve(seen))

    def _effect(self, web: Connection, cluster: Connection, submit: Callable[[str], Call]) -> float:
        target = new_name()
        return self._timed(web, cluster, target, submit(target))

    def _timed(self, web: Connection, cluster: Connection, target: str, call: Call) -> float:
        start = time.monotonic_ns()
        answer = web.send(call)
        at: int = cluster.send(Call("GET", f"/effects/{target}"))["at"]
        until(self.side, web, answer["id"], ENDED)  # what comes after the effect must not run into the next sample
        return (at - start) / 1e6

    def _visible(self, web: Connection) -> float:
        call = self.side.submit(new_name())
        start = time.monotonic_ns()
        until(self.side, web, web.send(call)["id"], ENDED)
        return (time.monotonic_ns() - start) / 1e6
