"""What a cluster's Deployments look like now: list, watch from there, list again after every break."""

import logging
import random
import threading
from collections.abc import Callable

from clusters.connections import gateway
from clusters.errors import ClusterError, Gone
from clusters.objects import Object, WatchEvent

log = logging.getLogger(__name__)
WATCH_SECONDS = (240, 300)
"""A watch ends by itself after a while; the jitter keeps many of them from ending at once."""
PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


class Informer(threading.Thread):
    """Keeps the newest state of all Deployments of one cluster, and calls `changed` after each change."""

    def __init__(self, cluster: str, changed: Callable[[], None]) -> None:
        super().__init__(name=f"informer-{cluster}", daemon=True)
        self.cluster = cluster
        self._changed = changed
        self._objects: dict[tuple[str, str], Object] = {}
        self._ended = threading.Event()

    def get(self, namespace: str, name: str) -> Object | None:
        return self._objects.get((namespace, name))

    def stop(self) -> None:
        self._ended.set()

    def run(self) -> None:
        failures = 0
        while not self._ended.is_set():
            try:
                version = self._list()
                failures = 0
                self._follow(version)
            except Gone:
                continue
            except ClusterError as error:
                self._pause(failures, str(error))
                failures += 1
            except Exception:
                # Without this thread rollouts would be judged by old news for good.
                log.exception("%s: unexpected failure", self.cluster)
                self._pause(failures, "unexpected failure")
                failures += 1

    def _pause(self, failures: int, why: str) -> None:
        if not self._ended.is_set():
            pause = min(PAUSE_SECONDS * 2**failures, LONGEST_PAUSE_SECONDS)
            log.warning("%s: %s; listing again in %d s", self.cluster, why, pause)
            self._ended.wait(pause)

    def _list(self) -> str:
        found = gateway(self.cluster).list("Deployment")
        self._objects = {_key(deployment): deployment for deployment in found.items}
        self._changed()
        return found.resource_version

    def _follow(self, version: str) -> None:
        while not self._ended.is_set():
            seconds = random.randint(*WATCH_SECONDS)  # noqa: S311
            for event in gateway(self.cluster).watch("Deployment", resource_version=version, timeout_seconds=seconds):
                version = event.object["metadata"]["resourceVersion"]
                self._take(event)
                if self._ended.is_set():
                    return

    def _take(self, event: WatchEvent) -> None:
        if event.type == "BOOKMARK":
            return
        if event.type == "DELETED":
            self._objects.pop(_key(event.object), None)
        else:
            self._objects[_key(event.object)] = event.object
        self._changed()


def _key(deployment: Object) -> tuple[str, str]:
    return deployment["metadata"]["namespace"], deployment["metadata"]["name"]
