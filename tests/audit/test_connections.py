"""A connection that the server has ended is replaced before anybody uses it; a living one is kept, without asking the server."""

import psycopg
from django.core.signals import request_started
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from audit.connections import drop_dead


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(pid)


def _end(database: str, pid: int) -> None:
    """Returns when the server has ended this backend."""
    with psycopg.connect(database, autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)


def test_a_connection_that_the_server_ended_is_replaced_before_the_next_call(own_database: str) -> None:
    before = _backend()
    _end(own_database, before)

    request_started.send(sender=None)

    assert _backend() != before


def test_a_living_connection_is_kept_without_a_round_trip(own_database: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    before = _backend()

    with django_assert_num_queries(0):
        drop_dead()

    assert _backend() == before


def test_a_connection_inside_a_transaction_is_left_alone(db: None) -> None:
    before = _backend()

    drop_dead()

    assert _backend() == before
