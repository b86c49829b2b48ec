"""/healthz and /readyz: whether this process lives, and how the parts that it needs are."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any, cast

import redis
from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.outputs import PartOut, ReadyOut
from api.views import PublicView
from audit.models import Delivery
from audit.outbox import listeners
from autonomy.services.stored_rules import unreadable
from clusters.connections import gateway
from clusters.errors import ClusterError
from clusters.models import Cluster

PATIENCE_SECONDS = 2.0
"""How long a part may take to answer. The parts are asked at the same time."""
WAITS_TOO_LONG = timedelta(seconds=30)
"""Longer than a healthy queue, and than the sweeper takes to publish again what was lost."""
QUIET_SECONDS = 10
"""A worker asks the broker for more every second, unless all its threads are busy; not for so long: it is frozen, or they all hang."""

Probe = Callable[[], PartOut]
_probes = ThreadPoolExecutor(max_workers=16, thread_name_prefix="probe")


class HealthView(PublicView):
    @extend_schema(exclude=True)
    def get(self, http: Request) -> Response:  # noqa: ARG002
        return Response({"status": "ok"})


class ReadyView(PublicView):
    @extend_schema(exclude=True)
    def get(self, http: Request) -> Response:  # noqa: ARG002
        """Without the database there is no answer but 503: the handler of errors says so."""
        overdue = _overdue()
        probes: dict[str, Probe] = {"broker": _broker, "workers": lambda: _workers(overdue)}
        for slug in Cluster.objects.values_list("slug", flat=True):
            probes[f"cluster/{slug}"] = _cluster_probe(slug)
        parts = {"database": PartOut(status="ok", detail="it answers"), "rules": _rules()} | answers(probes)
        worst = "degraded" if any(part.status == "degraded" for part in parts.values()) else "ok"
        return Response(ReadyOut(status=worst, parts=parts))


def answers(probes: Mapping[str, Probe]) -> dict[str, PartOut]:
    """What each probe says, asked at the same time; degraded where it does not say anything in time."""
    asked = {name: _probes.submit(probe) for name, probe in probes.items()}
    done, _ = wait(asked.values(), timeout=PATIENCE_SECONDS)
    late = PartOut(status="degraded", detail=f"no answer in {PATIENCE_SECONDS:g} s")
    return {name: future.result() if future in done else late for name, future in asked.items()}


def _overdue() -> tuple[int, timedelta | None]:
    """How many deliveries nobody has taken for too long, and how long the oldest has waited."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    due = Q(not_before=None) | Q(not_before__lt=Now())
    late = Delivery.objects.filter(free, due, dead=False).annotate(age=Now() - F("created_at")).filter(age__gt=WAITS_TOO_LONG)
    ages: list[timedelta] = list(late.order_by("-age").values_list("age", flat=True)[:1000])
    return len(ages), ages[0] if ages else None


def _rules() -> PartOut:
    """Anybody may ask, so nothing of the rules is told. Asked in this thread, as all that reads the database."""
    if unreadable():
        return PartOut(status="degraded", detail="this version does not read every policy and boundary: `manage.py check_rules` names them")
    return PartOut(status="ok", detail="every policy and boundary is read")


def _broker() -> PartOut:
    try:
        with _redis() as broker:
            broker.ping()
    except redis.RedisError as error:
        return PartOut(status="degraded", detail=f"{type(error).__name__}: what is asked for runs once the broker is back")
    return PartOut(status="ok", detail="it answers")


def _workers(overdue: tuple[int, timedelta | None]) -> PartOut:
    """Deliveries that nobody takes tell most; who takes from which queue tells sooner."""
    count, oldest = overdue
    if oldest is not None:
        return PartOut(status="degraded", detail=f"{count} deliveries wait, the oldest for {int(oldest.total_seconds())} s")
    try:
        with _redis() as broker:
            clients = cast("list[Mapping[str, Any]]", broker.client_list())
    except redis.RedisError:
        return PartOut(status="degraded", detail="the broker does not tell who listens")
    if missing := sorted({listener.queue for listener in listeners()} - _taken_from(clients)):
        return PartOut(status="degraded", detail=f"no worker takes from {', '.join(missing)}")
    return PartOut(status="ok", detail="each queue has a worker, nothing waits for long")


def _taken_from(clients: Sequence[Mapping[str, Any]]) -> set[str]:
    """The queues from which a worker takes; its connections have the names of its queues, joined with commas."""
    asking = [client for client in clients if client.get("cmd") == "brpop" and int(client["idle"]) < QUIET_SECONDS]
    return {queue for client in asking for queue in str(client.get("name")).split(",")}


def _cluster_probe(slug: str) -> Probe:
    def probe() -> PartOut:
        try:
            gateway(slug).ping()
        except ClusterError as error:
            return PartOut(status="degraded", detail=error.message)
        return PartOut(status="ok", detail="it answers")

    return probe


def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=1.0, decode_responses=True)
