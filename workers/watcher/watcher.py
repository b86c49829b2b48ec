"""Seeing rollouts through: level-triggered, so a lost event, a broken watch or a restart costs a moment, never a rollout."""

import logging
import threading
import time

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

from audit import canonical
from audit.actor import Actor
from autonomy.models import ActionRequest
from autonomy.services.observe import observe
from autonomy.status import Status
from clusters.connections import gateway
from clusters.errors import ClusterError, NotFound
from clusters.models import Cluster
from clusters.objects import Object, Ref
from clusters.rollout import newest_pods
from workers import pulse
from workers.watcher.informer import Informer

log = logging.getLogger(__name__)
EVERY_SECONDS = 1.0
"""How often running requests are looked at even when no cluster reports a change: a request may start after the last event came."""
PODS_EVERY_SECONDS = 3.0


class Watcher:
    """Follows the rollouts of all running requests until it is stopped."""

    def __init__(self) -> None:
        self._wake = threading.Event()
        self._stopped = False
        self._informers: dict[str, Informer] = {}
        self._pods_seen: dict[object, float] = {}

    def run(self) -> None:
        while not self._stopped:
            try:
                self.look()
                pulse.beat()
            except DatabaseError as error:
                log.warning("the database does not answer (%s): looking again", error)
                connection.close()
            self._wake.wait(EVERY_SECONDS)
            self._wake.clear()

    def stop(self) -> None:
        """End `run`, and the informers as soon as their watches end."""
        self._stopped = True
        for informer in self._informers.values():
            informer.stop()
        self._wake.set()

    def look(self) -> None:
        """Judge every running rollout once."""
        self._follow_new_clusters()
        for request in _rolling_out():
            try:
                self._judge(request)
            except ClusterError as error:
                log.warning("request %s: %s", request.id, error)
            except DatabaseError:
                raise
            except Exception:
                log.exception("request %s: unexpected failure, the others go on", request.id)

    def _follow_new_clusters(self) -> None:
        for slug in Cluster.objects.values_list("slug", flat=True):
            if slug not in self._informers:
                self._informers[slug] = Informer(slug, self._wake.set)
                self._informers[slug].start()

    def _judge(self, request: ActionRequest) -> None:
        deployment = self._deployment(request)
        pods = self._pods(request, deployment) if deployment else []
        seen = observe(request.id, deployment, pods, actor=Actor.worker(), now=timezone.now())
        if seen.status != Status.RUNNING:
            self._pods_seen.pop(request.id, None)

    def _deployment(self, request: ActionRequest) -> Object | None:
        """From the informer where it is up to date; only the cluster itself may say that it is gone, or late."""
        informer, rollout = self._informers.get(request.cluster), request.rollout or {}
        known = informer.get(request.namespace, request.name) if informer else None
        late = canonical.utc_text(timezone.now()) >= rollout["deadline"]
        if known is not None and not late and known["metadata"]["generation"] >= rollout["generation"]:
            return known
        try:
            return gateway(request.cluster).get(Ref.to("Deployment", request.name, request.namespace))
        except NotFound:
            return None

    def _pods(self, request: ActionRequest, deployment: Object) -> list[Object]:
        """Pods tell why a rollout cannot succeed long before its deadline; they are asked for every few seconds only."""
        now = time.monotonic()
        if now - self._pods_seen.get(request.id, now - 2 * PODS_EVERY_SECONDS) < PODS_EVERY_SECONDS:
            return []
        self._pods_seen[request.id] = now
        labels = deployment["spec"]["selector"].get("matchLabels", {})
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        cluster = gateway(request.cluster)
        replica_sets = cluster.list("ReplicaSet", request.namespace, selector).items
        return newest_pods(deployment, replica_sets, cluster.list("Pod", request.namespace, selector).items)


def _rolling_out() -> QuerySet[ActionRequest]:
    return ActionRequest.objects.filter(status=Status.RUNNING, rollout__isnull=False).order_by("created_at")
