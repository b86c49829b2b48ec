"""Checkpoints on real commits: they cover what none covers yet, once, and are told outside the database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import DatabaseError, connection
from pytest_django import Settings

from audit import keys, merkle, reading
from audit.models import Checkpoint, Covered, Event
from audit.records import CheckpointRecord
from audit.services.checkpoint import checkpoint
from audit.verify import GENESIS
from tests.audit.scenes import PRIVATE, PUBLIC
from tests.plugins.world import World


@pytest.fixture
def told(settings: Settings, tmp_path: Path) -> Path:
    """The file that checkpoints are told in."""
    settings.LEDGER_KEY = PRIVATE
    settings.LEDGER_CHECKPOINT_FILE = tmp_path / "checkpoints.jsonl"
    return tmp_path / "checkpoints.jsonl"


def published(told: Path) -> list[CheckpointRecord]:
    return [CheckpointRecord.model_validate_json(line) for line in told.read_text().splitlines()]


def test_the_first_covers_everything_and_is_signed(told: Path, committed_world: World) -> None:
    hashes = sorted(bytes(event.hash) for event in Event.objects.all())

    made = checkpoint()

    assert made is not None
    record = reading.record_of(made)
    assert (record.number, record.count, record.prev) == (1, len(hashes), GENESIS)
    assert record.root == merkle.root(hashes).hex()
    assert keys.is_signed(PUBLIC, bytes.fromhex(record.signature), record.content())
    assert Covered.objects.filter(checkpoint=made).count() == len(hashes)


def test_the_next_covers_exactly_what_is_new_and_names_the_one_before(told: Path, committed_world: World) -> None:
    first = checkpoint()
    request = committed_world.waiting(committed_world["alice"])

    second = checkpoint()

    assert first is not None
    assert second is not None
    covered = Event.objects.filter(covered__checkpoint=second)
    assert sorted(event.type for event in covered) == ["request.review_opened", "request.submitted"]
    assert {event.stream for event in covered} == {request.id}
    assert reading.record_of(second).prev == reading.record_of(first).link()


def test_without_new_events_there_is_no_checkpoint(told: Path, committed_world: World) -> None:
    checkpoint()

    assert checkpoint() is None
    assert Checkpoint.objects.count() == 1
    assert len(published(told)) == 1


def test_each_is_told_outside_the_database_in_order(told: Path, committed_world: World) -> None:
    checkpoint()
    committed_world.waiting(committed_world["alice"])
    checkpoint()

    assert published(told) == [reading.record_of(row) for row in Checkpoint.objects.all()]


def test_of_several_makers_at_once_one_makes_it(told: Path, committed_world: World) -> None:
    barrier = Barrier(4)

    def make(_: int) -> Checkpoint | None:
        try:
            barrier.wait()
            return checkpoint()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = [one for one in pool.map(make, range(4)) if one is not None]

    assert len(made) == 1
    assert Checkpoint.objects.count() == 1
    assert Covered.objects.count() == Event.objects.count()
    assert len(published(told)) == 1


@pytest.mark.parametrize("table", ["audit_checkpoint", "audit_covered"])
def test_a_checkpoint_stays_as_it_was_made(told: Path, committed_world: World, table: str) -> None:
    checkpoint()

    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")
