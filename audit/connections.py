"""Database connections stay open between calls; one that the server has ended meanwhile is dropped before it is used."""

import select

import psycopg
from django.db import connections


def drop_dead(**_: object) -> None:
    """Close this thread's connections whose server has gone. A receiver of signals.

    Django's own health check asks the server before every call, a round trip. Nothing comes over an idle connection but its end.
    """
    for known in connections.all(initialized_only=True):
        if known.connection is not None and not known.in_atomic_block and _has_ended(known.connection):
            known.close()


def _has_ended(connection: psycopg.Connection) -> bool:
    if connection.closed:
        return True
    idle = select.poll()
    idle.register(connection.fileno(), select.POLLIN)
    return bool(idle.poll(0))
