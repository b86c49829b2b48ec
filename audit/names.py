"""One stream for each name: what is removed and made again goes on in the history that the name has had."""

from typing import TypeVar
from uuid import UUID, uuid5

from audit.models import Event, Streamed

NAMES = UUID("6f0c1f0e-5d0b-4c36-9d39-2c1b7a7c8e51")
"""The namespace of these streams' ids (RFC 9562, version 5)."""

S = TypeVar("S", bound=Streamed)


def stream_of(model: type[Streamed], name: str) -> UUID:
    return uuid5(NAMES, f"{model._meta.object_name}/{name}")


def under(row: S, name: str) -> S:
    """A row that is to be made, put into the stream of its name, behind whatever that tells already.

    Rows that are older than this rule keep the streams that they have.
    """
    row.id = stream_of(type(row), name)
    last = Event.objects.filter(stream=row.id).order_by("-seq").first()
    if last is not None:
        row.seq, row.head = last.seq, bytes(last.hash)
    return row
