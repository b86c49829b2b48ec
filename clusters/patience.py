"""How long one call to a cluster may take, repetitions included."""

from collections.abc import Callable

from clusters.errors import ClusterError, TooManyRequests, Unavailable

TOTAL_SECONDS = 20.0
"""No call takes longer. It stays below the lease of a delivery (30 s), so that no other worker starts while a call still runs."""
CONNECT_SECONDS = 2.0
READ_SECONDS = 10.0
ATTEMPTS = 5
SHORTEST_ATTEMPT = 1.0


class Patience:
    """The time that one call has left; made when the call begins."""

    def __init__(
        self, clock: Callable[[], float], sleep: Callable[[float], None], *, attempts: int = ATTEMPTS, seconds: float = TOTAL_SECONDS
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._deadline = clock() + seconds
        self._attempts = attempts
        self._done = 0

    def timeouts(self) -> tuple[float, float]:
        """Seconds to connect and to read that the next attempt may use; together never more than what is left."""
        left = max(self._deadline - self._clock(), SHORTEST_ATTEMPT / 2)
        connect = min(CONNECT_SECONDS, left / 2)
        return connect, min(READ_SECONDS, left - connect)

    def waits_for(self, error: ClusterError) -> bool:
        """Sleep as long as the server asked for; False (at once) when the error is of another kind, or no time would be left."""
        delay = _delay(error, self._done + 1)
        if delay is None:
            return False
        self._done += 1
        if self._done >= self._attempts or self._clock() + delay + SHORTEST_ATTEMPT > self._deadline:
            return False
        self._sleep(delay)
        return True


def _delay(error: ClusterError, done: int) -> float | None:
    """Seconds before the next attempt. Only answers that say 'not processed' count: what may have been done is for the caller to judge."""
    if isinstance(error, TooManyRequests):
        return error.retry_after
    if isinstance(error, Unavailable) and error.status == 503:
        return error.retry_after if error.retry_after is not None else 0.1 * 2**done
    return None
