"""Reading on the hot path: a text that is made and planned once, and rows that become model instances without Django's compiler."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

from audit.statement import prepared

M = TypeVar("M", bound=Model)
Converter = Callable[[Any, None, Any], Any]


@cache
def columns(model: type[Model], alias: str) -> str:
    """All columns of a model, in the order that `instance` takes them."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


@cache
def width(model: type[Model]) -> int:
    """How many columns these are."""
    return len(model._meta.concrete_fields)


def instance(model: type[M], values: Sequence[Any]) -> M:
    """The row with these values of `columns`, as the ORM would have read it."""
    names, converters = _reading(model)
    row = list(values)
    for position, convert in converters:
        row[position] = convert(row[position], None, connection)
    return model.from_db(DEFAULT_DB_ALIAS, names, row)


def from_json(model: type[M], columns: Mapping[str, Any]) -> M:
    """The same from PostgreSQL's JSON of a row: for rows that were gathered into one value of a statement. What is left out is deferred."""
    names, fields = _fields_of(model, tuple(columns))
    values = [to_python(columns[column]) for column, to_python in fields]
    return model.from_db(DEFAULT_DB_ALIAS, names, values)


def fetch(text: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a statement whose text never changes."""
    cursor = prepared()
    cursor.execute(text, values)
    return list(cursor.fetchall())


@cache
def _reading(model: type[Model]) -> tuple[list[str], list[tuple[int, Converter]]]:
    fields = model._meta.concrete_fields
    converters = [(position, convert) for position, field in enumerate(fields) for convert in field.get_db_converters(connection)]
    return [field.attname for field in fields], converters


@lru_cache(maxsize=64)
def _fields_of(model: type[Model], columns: tuple[str, ...]) -> tuple[list[str], list[tuple[str, Callable[[Any], Any]]]]:
    fields = [field for field in model._meta.concrete_fields if field.column in columns]
    return [field.attname for field in fields], [(str(field.column), field.to_python) for field in fields]
