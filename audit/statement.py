"""One SQL statement from model instances: parts become data-modifying CTEs, so they all run or none does."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Self

from django.db import DEFAULT_DB_ALIAS, IntegrityError, OperationalError, connections
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from django.db.models import (
    BinaryField,
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    JSONField,
    Model,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    SlugField,
    TextField,
    UUIDField,
)
from django.db.models.sql import InsertQuery
from psycopg import Connection, RawCursor
from psycopg import Error as DatabaseError
from psycopg.abc import Params, Query
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb


class Stale(Exception):
    """Somebody else changed the same stream first: read again and judge again."""


class Outdated(Exception):
    """The epoch is over in which the caller was recognised: ask again who calls, and begin anew. Nothing was written."""


class Refused(Exception):
    """A constraint refused the statement; `constraint` is its name."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


SENT_AS_THEY_ARE = {
    BinaryField,
    BooleanField,
    CharField,
    DateTimeField,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    SlugField,
    TextField,
    UUIDField,
}
STALE_CONSTRAINTS = frozenset({"event_stream_seq", "event_stream_seq_status"})
OUTDATED_CONSTRAINT = "epoch_lasts"
DEADLOCK, SERIALIZATION_FAILURE = "40P01", "40001"


@dataclass(frozen=True)
class Part:
    text: str
    values: Sequence[Any]


@cache
def _insert_text(model: type[Model]) -> tuple[list[Callable[[Model], object]], str]:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    query = InsertQuery(model)
    query.insert_values(fields, [model()])
    ((text, _),) = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return [_value_of(field) for field in fields], text


def _value_of(field: "Field[object, object]") -> Callable[[Model], object]:
    """What is sent of a row for this field."""
    value, sent = attrgetter(field.attname), _sending(field)
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return lambda row: sent(field.pre_save(row, True))
    return value if sent is _as_it_is else lambda row: sent(value(row))


def _sending(field: "Field[object, object]") -> Callable[[object], object]:
    """How a value of this field is sent. Having Django find that out each time is half of an insert."""
    target = field.target_field if isinstance(field, ForeignKey) else field
    if type(target) in SENT_AS_THEY_ARE:
        return _as_it_is
    if type(target) is JSONField and target.encoder is None:
        return _as_json
    return lambda value: field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


def _as_it_is(value: object) -> object:
    return value


def _as_json(value: object) -> object:
    return None if value is None else Jsonb(value)


def insert(row: Model) -> Part:
    """The INSERT of an unsaved instance whose key was made here. The text is compiled once per model."""
    values, text = _insert_text(type(row))
    return Part(text, [value(row) for value in values])


def insert_computed(row: Model, column: str, expression: str, more: object) -> Part:
    """The same where the value of one column goes through an expression, which takes one value `more` before it."""
    values, text = _insert_text(type(row))
    position = [field.column for field in row._meta.concrete_fields].index(column)
    pieces = text.split("%s")
    computed = f"{'%s'.join(pieces[: position + 1])}{expression}{'%s'.join(pieces[position + 1 :])}"
    sent = [value(row) for value in values]
    return Part(computed, [*sent[:position], more, *sent[position:]])


def update(row: Model, values: Mapping[str, object], *, where: Mapping[str, object] | None = None) -> Part:
    """The UPDATE of `values` (by field name) on the row with this primary key, where further columns still have these values."""
    guards = {"pk": row.pk} | dict(where or {})
    sets, set_values = _assignments(row, values)
    wheres, where_values = _assignments(row, guards)
    text = f'UPDATE "{row._meta.db_table}" SET {", ".join(sets)} WHERE {" AND ".join(wheres)}'
    return Part(text, [*set_values, *where_values])


def delete(row: Model) -> Part:
    wheres, values = _assignments(row, {"pk": row.pk})
    return Part(f'DELETE FROM "{row._meta.db_table}" WHERE {wheres[0]}', values)


def _assignments(row: Model, values: Mapping[str, object]) -> tuple[list[str], list[object]]:
    known = [_assignment(type(row), name) for name in values]
    return [text for text, _ in known], [sent(value) for (_, sent), value in zip(known, values.values(), strict=True)]


@cache
def _assignment(model: type[Model], name: str) -> tuple[str, Callable[[object], object]]:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return f'"{field.column}" = %s', _sending(field)  # type: ignore[union-attr, arg-type]


def run(parts: Sequence[Part]) -> None:
    """Send all parts as one statement: the last is the main one, the others are its CTEs.

    All parts see the snapshot from before the statement and run in no defined order.
    Raises Stale, Refused.
    """
    *ctes, main = parts
    names = ", ".join(f"part{number} AS ({part.text})" for number, part in enumerate(ctes))
    text = f"WITH {names} {main.text}" if ctes else main.text
    with told_apart_by_constraint(), _kept_apart():
        prepared().execute(text, tuple(value for part in (*ctes, main) for value in part.values))


def _kept_apart() -> AbstractContextManager[object]:
    """Inside somebody's transaction a savepoint, so that it can go on after a refusal; verbs are called outside of any."""
    database = connections[DEFAULT_DB_ALIAS]
    return database.connection.transaction() if database.in_atomic_block else nullcontext()


def prepared() -> CursorWrapper:
    """A cursor for texts that come again and again: each connection has the server plan them once. Read its rows before asking again.

    Django's own cursor writes the values into the text, so that every statement is a new one.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    wrapper = CursorDebugWrapper if database.queries_logged else CursorWrapper
    return wrapper(_own.of(database.connection), database)


class _Own(threading.local):
    """The cursor of each thread's connection, kept because it has learnt how to convert each type: that costs as much as a short query."""

    _cursor: "_Numbered | None" = None

    def of(self, connection: "Connection[TupleRow]") -> "_Numbered":
        if self._cursor is None or self._cursor.connection is not connection:
            self._cursor = _Numbered(connection)
        return self._cursor


class _Numbered(RawCursor[TupleRow]):
    """Placeholders get PostgreSQL's own form once for each text; psycopg would parse a long text anew every time (0.2 ms)."""

    def execute(self, query: Query, params: Params | None = None, **options: Any) -> Self:
        return super().execute(_numbered(str(query)), params, **options)


_own = _Own()


@lru_cache(maxsize=1000)
def _numbered(text: str) -> bytes:
    first, *others = text.split("%s")
    return (first + "".join(f"${number}{other}" for number, other in enumerate(others, 1))).encode()


@contextmanager
def told_apart_by_constraint() -> Iterator[None]:
    """Raise Stale, Outdated or Refused in place of the database's own errors."""
    try:
        yield
    except IntegrityError as error:
        constraint = _diagnosis(error, "constraint_name")
        if constraint in STALE_CONSTRAINTS:
            raise Stale from error
        if constraint == OUTDATED_CONSTRAINT:
            raise Outdated from error
        raise Refused(constraint or str(error)) from error
    except OperationalError as error:
        if _diagnosis(error, "sqlstate") in {DEADLOCK, SERIALIZATION_FAILURE}:
            raise Stale from error
        raise


def _diagnosis(error: Exception, field: str) -> str | None:
    cause = error.__cause__
    found = getattr(cause.diag, field, None) if isinstance(cause, DatabaseError) else None
    return str(found) if found else None
