"""The base of everything that is read from a policy file: plain dataclasses.

Who checks a file is pydantic, loaded only then: it takes longer to load than a command line client may take for all of its work. What ships
was checked before, and is built from its values as they are (`built`).
"""

import dataclasses
import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeVar, Union, dataclass_transform, get_args, get_origin

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import Token
from guidance.documents.source import PolicyError, Problem, Source

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

ALIAS = "alias"
KINDS: Mapping[type, str] = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
"""What people call them."""


def to_camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,))
class Strict:
    """Never changed, camelCase as in Kubernetes, and what it does not know is refused. A subclass is a dataclass.

    `field(metadata=…)` takes what pydantic's `Field` takes; a `__post_init__` raises ValueError for what does not go together. What all of
    them can do is written here once: methods made for each class would take longer to make than everything else at the start.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "alias_generator": to_camel}

    def __init_subclass__(cls) -> None:
        dataclasses.dataclass(kw_only=True, eq=False, repr=False)(cls)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    @classmethod
    def model_validate(cls, value: object) -> Self:
        """Raises pydantic's ValidationError."""
        return _adapter(cls).validate_python(value)

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """As a mapping; the options are pydantic's."""
        dumped: dict[str, Any] = _adapter(type(self)).dump_python(self, **options)
        return dumped


@dataclasses.dataclass(frozen=True)
class Checked:
    """In `Annotated`: a value of the type before it, looked at by a function that may change it or raise ValueError.

    `before`: the function meets the value as it was written. `written`: how it is written again.
    """

    function: Callable[[Any], Any]
    before: bool = False
    written: Callable[[Any], JsonValue] | None = None

    def __get_pydantic_core_schema__(self, source: object, handler: Callable[[object], Any]) -> Any:
        from pydantic_core import core_schema

        wrap = core_schema.no_info_before_validator_function if self.before else core_schema.no_info_after_validator_function
        written = None if self.written is None else core_schema.plain_serializer_function_ser_schema(self.written, when_used="json")
        return wrap(self.function, handler(source), serialization=written)


class Constrained:
    """In `Annotated`: `min_length` and the like, as pydantic names them."""

    def __init__(self, **constraints: object) -> None:
        self.constraints = constraints

    def __get_pydantic_core_schema__(self, source: object, handler: Callable[[object], Any]) -> Any:
        return {**handler(source), **self.constraints}


Model = TypeVar("Model", bound=Strict)


_adapters: "dict[type[Strict], TypeAdapter[Any]]" = {}


def _adapter(model: "type[Model]") -> "TypeAdapter[Model]":
    from pydantic import TypeAdapter

    if model not in _adapters:
        _adapters[model] = TypeAdapter(model)
    return _adapters[model]


def validated(model: type[Model], source: Source) -> Model:
    """The document as the model has it. Raises PolicyError with every problem, each with its place."""
    from pydantic import ValidationError

    try:
        return model.model_validate(source.value)
    except ValidationError as error:
        raise PolicyError(*_problems(source, error)) from error


def built(model: type[Model], value: Mapping[str, Any]) -> Model:
    """The same of a value that was checked before: nothing is looked at, so it is many times faster."""
    return model(**{name: build(value[key]) for key, name, build in _members(model) if key in value})


Build = Callable[[Any], Any]
_known_members: dict[type[Strict], tuple[tuple[str, str, Build], ...]] = {}


def _members(model: type[Strict]) -> tuple[tuple[str, str, Build], ...]:
    """How each is written, its name, and what makes it."""
    if model not in _known_members:
        fields = dataclasses.fields(model)  # type: ignore[arg-type]  # every subclass is a dataclass
        _known_members[model] = tuple(
            (field.metadata.get(ALIAS) or to_camel(field.name), field.name, _builder(field.type)) for field in fields
        )
    return _known_members[model]


def _builder(wanted: Any) -> Build:
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is Annotated:
        inner, before = _builder(arguments[0]), [one.function for one in arguments[1:] if isinstance(one, Checked) and one.before]
        return lambda value: inner(before[0](value)) if before else inner(value)
    if origin in {Union, types.UnionType}:
        build = _builder(next(one for one in arguments if one is not type(None)))
        return lambda value: None if value is None else build(value)
    if origin is tuple:
        item = _builder(arguments[0])
        return lambda value: tuple(map(item, value))
    if isinstance(wanted, type) and issubclass(wanted, Strict):
        return lambda value: value if isinstance(value, wanted) else built(wanted, value)
    return wanted if isinstance(wanted, type) and issubclass(wanted, StrEnum) else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _problems(source: Source, error: "ValidationError") -> list[Problem]:
    """Without complaints that a list is too short because of a problem inside of it."""
    details = error.errors(include_url=False, include_context=False)
    places = [detail["loc"] for detail in details]
    return [
        _problem(source, at, detail["type"], detail["msg"], detail["input"])
        for at, detail in zip(places, details, strict=True)
        if detail["type"] != "too_short" or not any(other[: len(at)] == at for other in places if other != at)
    ]


def _problem(source: Source, location: tuple[Token, ...], kind: str, message: str, value: object) -> Problem:
    name = next((token for token in reversed(location) if isinstance(token, str)), "the file")
    if kind == "unexpected_keyword_argument":
        return source.problem_of_key(location, f"unknown or unsupported field {name!r}: remove it or correct its name")
    if kind == "string_type":
        quotes = ": put it in quotes" if isinstance(value, bool | int | float) else ""
        message = f"{name} must be text, but it is {KINDS.get(type(value), 'nothing')}{quotes}"
    elif kind == "too_short":
        message = f"{name} must not be empty"
    elif kind == "dataclass_type":
        message = f"{name} must be an object, but it is {KINDS.get(type(value), 'text' if isinstance(value, str) else 'nothing')}"
    elif kind == "missing":
        message = f"the field {name!r} is missing: add it here"
    else:
        message = f"{name}: {message.removeprefix('Value error, ')}"
    return source.problem(location, message)
