import signal

from django.core.management.base import BaseCommand

from workers.watcher.watcher import Watcher


class Command(BaseCommand):
    help = "Follow the rollouts of running requests on all clusters. Run one; a second does no harm."

    def handle(self, **_: object) -> None:
        watcher = Watcher()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: watcher.stop())
        watcher.run()
