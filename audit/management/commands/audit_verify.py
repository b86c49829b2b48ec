import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from pydantic import ValidationError

from audit import keys, reading
from audit.models import Streamed
from audit.records import CheckpointRecord, EventRecord, Head
from audit.verify import Report, verify


class Command(BaseCommand):
    help = "Check the ledger, or an export of it: hashes, chains, checkpoints, signatures. Exit code 1 when something is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, help="an export of audit_export, in place of the database")
        parser.add_argument(
            "--public-key", action="append", default=[], help="a trusted key in base64 (repeatable; default: that of LEDGER_KEY)"
        )
        parser.add_argument(
            "--published", type=Path, help="the file that LEDGER_CHECKPOINT_FILE named: checkpoints as they were told outside"
        )

    def handle(self, *, file: Path | None, public_key: Sequence[str], published: Path | None, **_: object) -> None:
        trusted = public_key or ([keys.public_text(keys.private_key(settings.LEDGER_KEY))] if settings.LEDGER_KEY else [])
        if published and not published.exists():
            raise CommandError(f"{published}: there is no such file")
        if file:  # an export may be older than the file of this installation, so that one counts only where it is named
            events, checkpoints = _read(file)
            report = verify(events, checkpoints, public_keys=trusted, published=_published(published))
        else:
            told = _published(published or settings.LEDGER_CHECKPOINT_FILE)
            with reading.at_one_moment():
                report = verify(reading.events(), reading.checkpoints(), public_keys=trusted, published=told, heads=_heads())
        self._tell(report)

    def _tell(self, report: Report) -> None:
        for fault in report.faults:
            self.stdout.write(f"FAULT {fault}")
        uncovered = f"{report.uncovered} events not yet covered"
        summary = f"{report.events} events in {report.streams} streams, {report.checkpoints} checkpoints, {uncovered}"
        if not report.ok:
            raise CommandError(f"{len(report.faults)} faults; {summary}")
        if report.unsigned:
            self.stdout.write("signatures were not checked: give --public-key, or set LEDGER_KEY")
        self.stdout.write(f"ledger verified: {summary}")


def _heads() -> Iterator[Head]:
    for model in apps.get_models():
        if issubclass(model, Streamed):
            for pk, seq, head in model._default_manager.values_list("pk", "seq", "head").iterator():
                yield Head(str(pk), seq, bytes(head).hex(), str(model._meta.verbose_name))


def _published(path: Path | None) -> list[CheckpointRecord]:
    if path is None or not path.exists():
        return []
    try:
        return [CheckpointRecord.model_validate_json(line) for line in path.read_text(encoding="utf8").splitlines()]
    except ValidationError as error:
        raise CommandError(f"{path}: not a file of checkpoints: {error}") from error


def _read(path: Path) -> tuple[list[EventRecord], list[CheckpointRecord]]:
    events, checkpoints = [], []
    for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), 1):
        try:
            if json.loads(line).get("record") == "event":
                events.append(EventRecord.model_validate_json(line))
            else:
                checkpoints.append(CheckpointRecord.model_validate_json(line))
        except (ValueError, ValidationError) as error:
            raise CommandError(f"{path}, line {number}: not a record of an export: {error}") from error
    return events, checkpoints
