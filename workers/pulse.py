"""A file that workers, beat and watcher touch while they go round: its age tells a health check that they do, without starting a Python."""

from typing import Any

from celery import bootsteps
from celery.beat import ScheduleEntry, Scheduler
from django.conf import settings

EVERY_SECONDS = 5.0


def beat() -> None:
    if settings.PULSE_FILE:
        settings.PULSE_FILE.touch()


class WorkerPulse(bootsteps.StartStopStep):
    """Beats in the loop that takes deliveries from the broker: not while the broker is away, but however busy the threads are."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        beat()
        self._timer = parent.timer.call_repeatedly(EVERY_SECONDS, beat)

    def stop(self, parent: Any) -> None:  # noqa: ARG002
        """Called when the broker is lost, too; `start` again when it is back."""
        self._timer.cancel()


class PulsingScheduler(Scheduler):
    """Beats when the broker took what was due. Keeps no file: what it schedules is due again within a minute."""

    def apply_async(self, entry: ScheduleEntry, *arguments: Any, **options: Any) -> Any:
        sent = super().apply_async(entry, *arguments, **options)
        beat()
        return sent
