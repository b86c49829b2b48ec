from itertools import chain

from django.core.management.base import BaseCommand

from audit import reading


class Command(BaseCommand):
    help = "Write the whole ledger as JSON lines: everything that `audit_verify --file` needs to check it offline."

    def handle(self, **_: object) -> None:
        with reading.at_one_moment():
            self._write()

    def _write(self) -> None:
        for record in chain(reading.events(), reading.checkpoints()):
            self.stdout.write(record.model_dump_json())
