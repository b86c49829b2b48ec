"""The base of everything that is read from a policy file."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from guidance.pointer import Token
from guidance.source import PolicyError, Problem, Source


class Strict(BaseModel):
    """Frozen, camelCase as in Kubernetes, and what it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], source: Source) -> Model:
    """The document as the model has it. Raises PolicyError with every problem, each with its place."""
    try:
        return model.model_validate(source.value)
    except ValidationError as error:
        raise PolicyError(*_problems(source, error)) from error


def _problems(source: Source, error: ValidationError) -> list[Problem]:
    """Without complaints that a list is too short because of a problem inside of it."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    places = [detail["loc"] for detail in details]
    return [
        _problem(source, at, detail["type"], detail["msg"])
        for at, detail in zip(places, details, strict=True)
        if detail["type"] != "too_short" or not any(other[: len(at)] == at for other in places if other != at)
    ]


def _problem(source: Source, location: tuple[Token, ...], kind: str, message: str) -> Problem:
    name = next((token for token in reversed(location) if isinstance(token, str)), "the file")
    if kind == "extra_forbidden":
        message = f"unknown or unsupported field {name!r}: remove it or correct its name"
    elif kind == "missing":
        message = f"the field {name!r} is missing: add it here"
    else:
        message = f"{name}: {message.removeprefix('Value error, ')}"
    return source.problem(location, message)
