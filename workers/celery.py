"""The Celery application: the broker only carries hints, so it keeps nothing, tells nothing and never blocks for long."""

import gc
import os
from typing import Any

import django
from celery import Celery, signals
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.db import close_old_connections

from audit.connections import drop_dead
from workers.pulse import PulsingScheduler, WorkerPulse

QUEUES = ("actions", "changes", "notifications", "insights")

# Without Celery's fixup for Django, which closes the database connection before and after every task.
app = Celery("workers", fixups=[])
app.conf.update(
    broker_url=settings.REDIS_URL,
    # No result backend, no events: the ledger tells how it ended.
    task_ignore_result=True,
    worker_send_task_events=False,
    task_send_sent_event=False,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    task_serializer="json",
    accept_content=["json"],
    task_queues=[Queue(name, Exchange(name), routing_key=name) for name in QUEUES],
    task_default_queue="actions",
    broker_connection_retry_on_startup=True,
    # Publishing gives up quickly: whoever waits is a person or a tool, and the sweeper publishes again.
    broker_transport_options={
        "socket_timeout": 5.0,
        "socket_connect_timeout": 0.3,
        # A worker that dies loses its hints, and the sweeper publishes them again: sooner than the broker would, which for that keeps
        # a list of what is not acknowledged, two round trips a message.
        "ack_emulation": False,
        "priority_steps": [0],
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
    },
    beat_scheduler=f"{PulsingScheduler.__module__}:{PulsingScheduler.__qualname__}",
    beat_schedule={
        "sweep": {"task": "workers.tasks.sweep", "schedule": 2.0, "options": {"expires": 10}},
        "checkpoint": {"task": "workers.tasks.checkpoint", "schedule": 60.0, "options": {"expires": 60}},
        "scan": {"task": "workers.tasks.scan", "schedule": 300.0, "options": {"expires": 300, "queue": "insights"}},
    },
)
app.steps["consumer"].add(WorkerPulse)


@signals.import_modules.connect
def _set_up(**_: object) -> None:
    """Before a worker or beat imports the tasks."""
    django.setup()


@signals.celeryd_after_setup.connect
def _name_connections(conf: Any, **_: object) -> None:
    """The broker lists a worker's connections by its queues: so /readyz sees which of them nobody listens to."""
    conf.broker_transport_options["client_name"] = ",".join(sorted(app.amqp.queues.consume_from))


@signals.worker_ready.connect
def _look_through_less(**_: object) -> None:
    """What is there now stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


app.autodiscover_tasks(["workers"])
signals.task_prerun.connect(close_old_connections)
signals.task_prerun.connect(drop_dead)


@signals.setup_logging.connect
def _keep_djangos_logging(**_: object) -> None:
    """Celery puts its own format in place of LOG_FORMAT unless somebody answers this signal."""
