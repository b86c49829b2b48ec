"""Databases for tests: pytest-django's `db` (rolled back), and `own_database` for tests that need real commits and other processes.

Migrations run once for the whole test run; everybody clones the result.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker

from devstack.testing import RUN

SERVER = os.environ["DATABASE_URL"]
ONE_AT_A_TIME = 7_226_501
"""Key of the advisory lock under which a template is made."""


@pytest.fixture(scope="session")
def template_database(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name of a migrated database that nobody is connected to."""
    name = f"template_{os.environ[RUN]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        if server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            _migrate(server, name, django_db_blocker)
    yield name
    if "TEST_DATABASE_URL" in os.environ and "PYTEST_XDIST_WORKER" not in os.environ:
        _drop(name)


@pytest.fixture(scope="session")
def django_db_setup(template_database: str) -> Iterator[None]:
    """What pytest-django's `db` works on: a clone for this process."""
    with clone(template_database) as name, default_connection_to(name):
        yield


@pytest.fixture
def own_database(
    template_database: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A migrated database for this test alone, commits are real; Django's connection and DATABASE_URL point to it. Yields its URL."""
    with clone(template_database) as name, default_connection_to(name), django_db_blocker.unblock():
        monkeypatch.setenv("DATABASE_URL", url_of(name))
        yield url_of(name)


def url_of(name: str) -> str:
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))


@contextmanager
def clone(template: str) -> Iterator[str]:
    """A copy of a database as long as the block lasts; whoever is still connected at its end is thrown out."""
    name = f"test_{os.environ[RUN]}_{uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        server.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield name
    finally:
        _drop(name)


@contextmanager
def default_connection_to(name: str) -> Iterator[None]:
    """Django's default connection, in every thread, goes to this database as long as the block lasts."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name  # the dict that new threads' connections are made from
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _migrate(server: psycopg.Connection, name: str, blocker: DjangoDbBlocker) -> None:
    """Under a name of its own until it is whole, so that nobody takes a half-made one."""
    unfinished = f"unfinished_{name}"
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(unfinished)))
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
    with default_connection_to(unfinished), blocker.unblock():
        call_command("migrate", verbosity=0, interactive=False)
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name)))


def _drop(name: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
