"""Checkpoints: what was in the ledger at this minute, signed, and told outside the database."""

import logging

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import keys, merkle, reading
from audit.models import Checkpoint, Covered, Event

log = logging.getLogger("audit.checkpoint")
MOST = 100_000
"""Events per checkpoint; what is left waits for the next."""
GENESIS = bytes(32)


def checkpoint() -> Checkpoint | None:
    """Cover all events that no checkpoint covers yet; None when there are none, or somebody else was just faster.

    Not 'all since the last number': events do not commit in the order in which they were made.
    """
    key = keys.private_key(settings.LEDGER_KEY)
    uncovered = list(Event.objects.filter(covered__isnull=True).order_by("hash").values_list("id", "hash")[:MOST])
    if not uncovered:
        return None
    made = _signed([bytes(hash_) for _, hash_ in uncovered], key)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            Covered.objects.bulk_create([Covered(event_id=event, checkpoint=made) for event, _ in uncovered], batch_size=5000)
    except IntegrityError:
        return None
    _publish(made)
    return made


def _signed(hashes: list[bytes], key: Ed25519PrivateKey) -> Checkpoint:
    last = Checkpoint.objects.order_by("-number").first()
    made = Checkpoint(
        number=last.number + 1 if last else 1,
        root=merkle.root(hashes),
        count=len(hashes),
        prev=bytes.fromhex(reading.record_of(last).link()) if last else GENESIS,
        at=timezone.now(),
        key=keys.key_id(keys.public_text(key)),
        signature=b"",
    )
    made.signature = key.sign(reading.record_of(made).content())
    return made


def _publish(made: Checkpoint) -> None:
    line = reading.record_of(made).model_dump_json()
    log.info("%s", line)
    if settings.LEDGER_CHECKPOINT_FILE:
        with settings.LEDGER_CHECKPOINT_FILE.open("a", encoding="utf8") as file:
            file.write(line + "\n")
