"""The database's clock, put forward."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection

FUNCTIONS = ("now", "statement_timestamp", "clock_timestamp")


@contextmanager
def database_later_by(time: timedelta) -> Iterator[None]:
    """As long as the block lasts, functions of that name are found before PostgreSQL's own; this process' clock stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA later")
        for name in FUNCTIONS:
            body = f"SELECT pg_catalog.{name}() + interval '{time.total_seconds()} seconds'"
            cursor.execute(f"CREATE FUNCTION later.{name}() RETURNS timestamptz STABLE LANGUAGE sql AS $$ {body} $$")
        cursor.execute("SET search_path = later, pg_catalog, public")
        try:
            yield
        finally:
            cursor.execute("RESET search_path")
            cursor.execute("DROP SCHEMA later CASCADE")
